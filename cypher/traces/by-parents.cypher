// For each parent, a page of the traces started from it, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (t:Trace)
  USING INDEX t:Trace(projectId, parentTraceId, listKey)
  WHERE t.projectId = $projectId AND t.parentTraceId = owner AND t.listKey > $after
  WITH t
  ORDER BY t.projectId, t.parentTraceId, t.listKey
  LIMIT $limit
  RETURN t
}
RETURN owner, {{Trace t}}
