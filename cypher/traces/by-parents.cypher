// For each parent, a page of the traces started from it, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (t:Trace)
  USING INDEX t:Trace(projectId, parentTraceId, listKey)
  WHERE t.projectId = $projectId AND t.parentTraceId = owner AND t.listKey > $after
  WITH t
  ORDER BY t.projectId, t.parentTraceId, t.listKey
  LIMIT $limit
  RETURN t {
    .projectId, .id, .mode, .promptName, .task, .agentType, .status, .uid, .summary, .error,
    .parentTraceId, .parentGoalId, .threadId, .totalSteps, .lastStepSequence, .lastMessageSequence, .lastGoalNumber,
    .lastEventId, .createdAt, .completedAt, .listKey, .digest, .formerParentId,
    .messageCount, .promptTokens, .completionTokens, .totalTokens, .totalCost, .preview, .previewSequence
  } AS item
}
RETURN owner, collect(item) AS items
