// For each step, a page of the messages it produced after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Step {projectId: $projectId, id: owner})-[:PRODUCED]->(m:Message)
  WHERE m.sequence > $after
  WITH m
  ORDER BY m.sequence
  LIMIT $limit
  RETURN m
}
RETURN
  owner,
  m.projectId AS projectId, m.id AS id, m.traceId AS traceId, m.sequence AS sequence, m.role AS role,
  m.goalId AS goalId, m.toolCallId AS toolCallId, m.stepId AS stepId, m.promptTokens AS promptTokens,
  m.completionTokens AS completionTokens, m.cost AS cost, m.durationMs AS durationMs, m.status AS status,
  m.error AS error, m.createdAt AS createdAt, m.digest AS digest
