// A page of traces of one agent type, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, agentType, listKey)
WHERE t.projectId = $projectId AND t.agentType = $agentType AND t.listKey < $before
  AND ($mode IS NULL OR t.mode = $mode)
  AND ($uid IS NULL OR t.uid = $uid)
  AND ($status IS NULL OR t.status = $status)
WITH t
ORDER BY t.projectId DESC, t.agentType DESC, t.listKey DESC
LIMIT $limit
RETURN
  t.projectId AS projectId, t.id AS id, t.mode AS mode, t.promptName AS promptName, t.task AS task,
  t.agentType AS agentType, t.status AS status, t.uid AS uid, t.summary AS summary, t.error AS error,
  t.parentTraceId AS parentTraceId, t.parentGoalId AS parentGoalId, t.threadId AS threadId, t.totalSteps AS totalSteps,
  t.lastStepSequence AS lastStepSequence, t.lastMessageSequence AS lastMessageSequence,
  t.lastGoalNumber AS lastGoalNumber, t.lastEventId AS lastEventId, t.createdAt AS createdAt,
  t.completedAt AS completedAt, t.listKey AS listKey, t.digest AS digest, t.formerParentId AS formerParentId,
  t.messageCount AS messageCount, t.promptTokens AS promptTokens, t.completionTokens AS completionTokens,
  t.totalTokens AS totalTokens, t.totalCost AS totalCost, t.preview AS preview, t.previewSequence AS previewSequence
