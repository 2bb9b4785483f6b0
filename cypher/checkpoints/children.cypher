// For each checkpoint, a page of its child checkpoints, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (c:Checkpoint)
  USING INDEX c:Checkpoint(projectId, parentId, listKey)
  WHERE c.projectId = $projectId AND c.parentId = owner AND c.listKey > $after
  WITH c
  ORDER BY c.projectId, c.parentId, c.listKey
  LIMIT $limit
  RETURN c
}
RETURN
  owner,
  c.projectId AS projectId, c.id AS id, c.threadId AS threadId, c.step AS step, c.parentId AS parentId,
  c.createdAt AS createdAt, c.tags AS tags, c.summary AS summary, c.nextNode AS nextNode,
  c.messageCount AS messageCount, c.messagesId AS messagesId, c.write AS write, c.writtenAt AS writtenAt,
  c.listKey AS listKey, c.digest AS digest
