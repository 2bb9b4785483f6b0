// Reads steps by key, without their data. Unknown keys give no row.
UNWIND $steps AS key
MATCH (s:Step {projectId: key.projectId, id: key.id})
RETURN s {
  .projectId, .id, .traceId, .sequence, .type, .goalId, .parentIds, .createdAt, .digest, .model, .promptTokens,
  .completionTokens, .cost, .toolName, .argumentsDigest, .llmStepId, .toolCallStepId, .durationMs, .isFinal,
  .targetStepId, .feedbackType, .skillsCount, .experiencesCount, .experienceId, .experienceIds
} AS step
