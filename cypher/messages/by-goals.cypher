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
RETURN
  owner,
  m.projectId AS projectId, m.id AS id, m.traceId AS traceId, m.sequence AS sequence, m.role AS role,
  m.goalId AS goalId, m.toolCallId AS toolCallId, m.stepId AS stepId, m.promptTokens AS promptTokens,
  m.completionTokens AS completionTokens, m.cost AS cost, m.durationMs AS durationMs, m.status AS status,
  m.error AS error, m.createdAt AS createdAt, m.digest AS digest
