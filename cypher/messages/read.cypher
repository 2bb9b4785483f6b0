// Reads messages by key; their content only where requested. Unknown keys give no row.
UNWIND $messages AS key
MATCH (m:Message {projectId: key.projectId, id: key.id})
RETURN
  m.projectId AS projectId, m.id AS id, m.traceId AS traceId, m.sequence AS sequence, m.role AS role,
  m.goalId AS goalId, m.toolCallId AS toolCallId, m.stepId AS stepId, m.promptTokens AS promptTokens,
  m.completionTokens AS completionTokens, m.cost AS cost, m.durationMs AS durationMs, m.status AS status,
  m.error AS error, m.createdAt AS createdAt, m.digest AS digest,
  CASE WHEN key.withContent THEN m.content END AS content,
  CASE WHEN key.withContent THEN m.contentJson END AS contentJson
