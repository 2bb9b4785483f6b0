// For each trace, a page of its messages after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (m:Message)
  USING INDEX m:Message(projectId, traceId, sequence)
  WHERE m.projectId = $projectId AND m.traceId = owner AND m.sequence > $after
  WITH m
  ORDER BY m.projectId, m.traceId, m.sequence
  LIMIT $limit
  RETURN m
}
RETURN owner, {{Message m}}
