// A page of traces of one kind of agent, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, agentType, listKey)
WHERE t.projectId = $projectId AND t.agentType = $agentType AND t.listKey < $before
  AND ($mode IS NULL OR t.mode = $mode)
  AND ($uid IS NULL OR t.uid = $uid)
  AND ($status IS NULL OR t.status = $status)
WITH t
ORDER BY t.projectId DESC, t.agentType DESC, t.listKey DESC
LIMIT $limit
RETURN t {
  .projectId, .id, .mode, .promptName, .task, .agentType, .status, .uid, .summary, .error,
  .parentTraceId, .parentGoalId, .threadId, .totalSteps, .lastStepSequence, .lastMessageSequence, .lastGoalNumber,
  .lastEventId, .createdAt, .completedAt, .listKey, .digest, .formerParentId,
  .messageCount, .promptTokens, .completionTokens, .totalTokens, .totalCost, .preview, .previewSequence
} AS trace
