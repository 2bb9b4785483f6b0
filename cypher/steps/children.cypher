// For each step, a page of the steps that depend on it directly, after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Step {projectId: $projectId, id: owner})-[:PARENT_OF]->(s:Step)
  WHERE s.sequence > $after
  WITH s
  ORDER BY s.sequence
  LIMIT $limit
  RETURN s
}
RETURN
  owner,
  s.projectId AS projectId, s.id AS id, s.traceId AS traceId, s.sequence AS sequence, s.type AS type,
  s.goalId AS goalId, s.parentIds AS parentIds, s.createdAt AS createdAt, s.digest AS digest, s.model AS model,
  s.promptTokens AS promptTokens, s.completionTokens AS completionTokens, s.cost AS cost, s.toolName AS toolName,
  s.argumentsDigest AS argumentsDigest, s.llmStepId AS llmStepId, s.toolCallStepId AS toolCallStepId,
  s.durationMs AS durationMs, s.isFinal AS isFinal, s.targetStepId AS targetStepId, s.feedbackType AS feedbackType,
  s.skillsCount AS skillsCount, s.experiencesCount AS experiencesCount, s.experienceId AS experienceId,
  s.experienceIds AS experienceIds, s.messagesId AS messagesId
