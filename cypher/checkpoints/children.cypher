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
RETURN owner, {{Checkpoint c}}
