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
RETURN
  owner,
  m.projectId AS projectId, m.id AS id, m.traceId AS traceId, m.sequence AS sequence, m.role AS role,
  m.goalId AS goalId, m.toolCallId AS toolCallId, m.stepId AS stepId, m.promptTokens AS promptTokens,
  m.completionTokens AS completionTokens, m.cost AS cost, m.durationMs AS durationMs, m.status AS status,
  m.error AS error, m.createdAt AS createdAt, m.digest AS digest
