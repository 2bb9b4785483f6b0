// For each trace, its goals without a parent.
UNWIND $ids AS id
MATCH (g:Goal)
USING INDEX g:Goal(projectId, traceId, goalId)
WHERE g.projectId = $projectId AND g.traceId = id AND g.goalId IS NOT NULL AND g.parentId IS NULL
WITH properties(g) AS p
RETURN
  p.projectId AS projectId, p.traceId AS traceId, p.goalId AS goalId, p.parentId AS parentId,
  p.description AS description, p.reason AS reason, p.type AS type, p.status AS status, p.summary AS summary,
  p.order AS order, p.createdAt AS createdAt, p.addedBy AS addedBy, p.selfMessageCount AS selfMessageCount,
  p.selfPromptTokens AS selfPromptTokens, p.selfCompletionTokens AS selfCompletionTokens,
  p.selfTotalTokens AS selfTotalTokens, p.selfTotalCost AS selfTotalCost, p.selfPreview AS selfPreview,
  p.selfPreviewSequence AS selfPreviewSequence, p.cumulativeMessageCount AS cumulativeMessageCount,
  p.cumulativePromptTokens AS cumulativePromptTokens, p.cumulativeCompletionTokens AS cumulativeCompletionTokens,
  p.cumulativeTotalTokens AS cumulativeTotalTokens, p.cumulativeTotalCost AS cumulativeTotalCost,
  p.cumulativePreview AS cumulativePreview, p.cumulativePreviewSequence AS cumulativePreviewSequence
