// For each thread, a page of the traces that ran in it, newest first, before a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (t:Trace)
  USING INDEX t:Trace(projectId, threadId, listKey)
  WHERE t.projectId = $projectId AND t.threadId = owner AND t.listKey < $before
  WITH t
  ORDER BY t.projectId DESC, t.threadId DESC, t.listKey DESC
  LIMIT $limit
  RETURN t
}
RETURN owner, {{Trace t}}
