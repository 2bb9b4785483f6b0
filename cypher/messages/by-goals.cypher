// For each goal, a page of the messages recorded on it after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (m:Message)
  USING INDEX m:Message(projectId, traceId, goalId, sequence)
  WHERE m.projectId = $projectId AND m.traceId = owner.traceId AND m.goalId = owner.goalId AND m.sequence > $after
  WITH m
  ORDER BY m.projectId, m.traceId, m.goalId, m.sequence
  LIMIT $limit
  RETURN m
}
RETURN owner, {{Message m}}
