// What did each goal of a trace cost: by itself, with all goals below it, and with the sub-traces that worked for those?
MATCH (g:Goal)
USING INDEX g:Goal(projectId, traceId, goalId)
WHERE g.projectId = $projectId AND g.traceId = $traceId AND g.goalId IS NOT NULL
CALL (g) {
  MATCH (g)<-[:PARENT_OF*0..]-(above:Goal)
  RETURN count(above) AS depth
}
CALL (g) {
  OPTIONAL MATCH (g)-[:PARENT_OF*0..]->(:Goal)<-[:BELONGS_TO]-(:Trace)-[:PARENT_OF*0..]->(sub:Trace)
  RETURN sum(toInteger(round(sub.totalCost * 1e9))) AS subNanos
}
RETURN
  g.goalId AS goalId,
  depth,
  g.status AS status,
  g.description AS description,
  g.selfTotalCost AS ownCost,
  g.cumulativeTotalCost AS costWithGoalsBelow,
  (toInteger(round(g.cumulativeTotalCost * 1e9)) + subNanos) / 1e9 AS costWithSubTraces,
  g.cumulativeTotalTokens AS tokensWithGoalsBelow
ORDER BY costWithSubTraces DESC, depth, goalId
