// Reads traces by key; `context` only where asked for. Unknown keys give no row.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
RETURN t {
  .projectId, .id, .mode, .promptName, .task, .agentType, .status, .uid, .summary, .error,
  .parentTraceId, .parentGoalId, .threadId, .totalSteps, .lastStepSequence, .lastMessageSequence, .lastGoalNumber,
  .lastEventId, .createdAt, .completedAt, .listKey, .digest, .formerParentId,
  .messageCount, .promptTokens, .completionTokens, .totalTokens, .totalCost, .preview, .previewSequence,
  context: CASE WHEN key.withContext THEN t.context END
} AS trace
