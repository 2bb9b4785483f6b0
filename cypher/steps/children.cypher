// For each step, a page of the steps that rest on it directly after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Step {projectId: $projectId, id: owner})-[:PARENT_OF]->(s:Step)
  WHERE s.sequence > $after
  WITH s
  ORDER BY s.sequence
  LIMIT $limit
  RETURN s {
    .projectId, .id, .traceId, .sequence, .type, .goalId, .parentIds, .createdAt, .digest, .model, .promptTokens,
    .completionTokens, .cost, .toolName, .argumentsDigest, .llmStepId, .toolCallStepId, .durationMs, .isFinal,
    .targetStepId, .feedbackType, .skillsCount, .experiencesCount, .experienceId, .experienceIds
  } AS item
}
RETURN owner, collect(item) AS items
