// Reads traces by key; `context` only where requested. Unknown keys give no row.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
RETURN
  t.projectId AS projectId, t.id AS id, t.mode AS mode, t.promptName AS promptName, t.task AS task,
  t.agentType AS agentType, t.status AS status, t.uid AS uid, t.summary AS summary, t.error AS error,
  t.parentTraceId AS parentTraceId, t.parentGoalId AS parentGoalId, t.threadId AS threadId, t.totalSteps AS totalSteps,
  t.lastStepSequence AS lastStepSequence, t.lastMessageSequence AS lastMessageSequence,
  t.lastGoalNumber AS lastGoalNumber, t.lastEventId AS lastEventId, t.createdAt AS createdAt,
  t.completedAt AS completedAt, t.listKey AS listKey, t.digest AS digest, t.formerParentId AS formerParentId,
  t.messageCount AS messageCount, t.promptTokens AS promptTokens, t.completionTokens AS completionTokens,
  t.totalTokens AS totalTokens, t.totalCost AS totalCost, t.preview AS preview, t.previewSequence AS previewSequence,
  CASE WHEN key.withContext THEN t.context END AS context
