// For each goal, a page of the traces that work for it, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (g:Goal {projectId: $projectId, traceId: owner.traceId, goalId: owner.goalId})<-[:BELONGS_TO]-(t:Trace)
  WHERE t.listKey > $after
  WITH t
  ORDER BY t.listKey
  LIMIT $limit
  RETURN t {
    .projectId, .id, .mode, .promptName, .task, .agentType, .status, .uid, .summary, .error,
    .parentTraceId, .parentGoalId, .threadId, .totalSteps, .lastStepSequence, .lastMessageSequence, .lastGoalNumber,
    .lastEventId, .createdAt, .completedAt, .listKey, .digest, .formerParentId,
    .messageCount, .promptTokens, .completionTokens, .totalTokens, .totalCost, .preview, .previewSequence
  } AS item
}
RETURN owner, collect(item) AS items
