// For each checkpoint, a page of those that go on from it, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (c:Checkpoint)
  USING INDEX c:Checkpoint(projectId, parentId, listKey)
  WHERE c.projectId = $projectId AND c.parentId = owner AND c.listKey > $after
  WITH c
  ORDER BY c.projectId, c.parentId, c.listKey
  LIMIT $limit
  RETURN c {
    .projectId, .id, .threadId, .step, .parentId, .createdAt, .tags, .summary, .nextNode, .messageCount, .messagesId, .write,
    .writtenAt, .listKey, .digest
  } AS item
}
RETURN owner, collect(item) AS items
