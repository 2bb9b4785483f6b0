// For each goal, a page of the steps recorded on it after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, goalId, sequence)
  WHERE s.projectId = $projectId AND s.traceId = owner.traceId AND s.goalId = owner.goalId AND s.sequence > $after
  WITH s
  ORDER BY s.projectId, s.traceId, s.goalId, s.sequence
  LIMIT $limit
  RETURN s
}
RETURN owner, {{Step s}}
