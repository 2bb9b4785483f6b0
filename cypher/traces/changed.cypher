// The traces of a project that changed since a moment of the database's clock, with the moment of each one's last change.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, changedAtMs)
WHERE t.projectId = $projectId AND t.changedAtMs >= $sinceMs
RETURN t.changedAtMs AS changedAtMs, t {
  .projectId, .id, .mode, .promptName, .task, .agentType, .status, .uid, .summary, .error,
  .parentTraceId, .parentGoalId, .totalSteps, .lastStepSequence, .lastMessageSequence, .lastGoalNumber, .lastEventId,
  .createdAt, .completedAt, .listKey, .digest, .formerParentId,
  .messageCount, .promptTokens, .completionTokens, .totalTokens, .totalCost, .preview, .previewSequence
} AS trace
