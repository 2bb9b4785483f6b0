// Which goals were abandoned since a given day, and what had gone into each, including all goals below it?
MATCH (t:Trace)
USING INDEX t:Trace(projectId, listKey)
WHERE t.projectId = $projectId AND t.listKey >= $since
WITH t
MATCH (g:Goal)
USING INDEX g:Goal(projectId, traceId, goalId)
WHERE g.projectId = $projectId AND g.traceId = t.id AND g.goalId IS NOT NULL AND g.status = 'abandoned'
  AND NOT EXISTS { (g)<-[:PARENT_OF*1..]-(:Goal {status: 'abandoned'}) }
RETURN
  t.id AS traceId,
  g.goalId AS goalId,
  g.description AS description,
  g.summary AS why,
  g.cumulativeMessageCount AS messages,
  g.cumulativeTotalTokens AS tokens,
  g.cumulativeTotalCost AS cost,
  CASE WHEN t.totalCost > 0 THEN g.cumulativeTotalCost / t.totalCost END AS shareOfTrace
ORDER BY cost DESC, traceId, goalId
