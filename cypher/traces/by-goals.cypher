// For each goal, a page of the traces that work for it, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (g:Goal {projectId: $projectId, traceId: owner.traceId, goalId: owner.goalId})<-[:BELONGS_TO]-(t:Trace)
  WHERE t.listKey > $after
  WITH t
  ORDER BY t.listKey
  LIMIT $limit
  RETURN t
}
RETURN
  owner,
  t.projectId AS projectId, t.id AS id, t.mode AS mode, t.promptName AS promptName, t.task AS task,
  t.agentType AS agentType, t.status AS status, t.uid AS uid, t.summary AS summary, t.error AS error,
  t.parentTraceId AS parentTraceId, t.parentGoalId AS parentGoalId, t.threadId AS threadId, t.totalSteps AS totalSteps,
  t.lastStepSequence AS lastStepSequence, t.lastMessageSequence AS lastMessageSequence,
  t.lastGoalNumber AS lastGoalNumber, t.lastEventId AS lastEventId, t.createdAt AS createdAt,
  t.completedAt AS completedAt, t.listKey AS listKey, t.digest AS digest, t.formerParentId AS formerParentId,
  t.messageCount AS messageCount, t.promptTokens AS promptTokens, t.completionTokens AS completionTokens,
  t.totalTokens AS totalTokens, t.totalCost AS totalCost, t.preview AS preview, t.previewSequence AS previewSequence
