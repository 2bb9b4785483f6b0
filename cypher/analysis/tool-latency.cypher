// Which tools are slow: how often was each called, how long did it take (p50, p95, worst), and how long in total?
MATCH (call:Step)
USING INDEX call:Step(projectId, toolName)
WHERE call.projectId = $projectId AND call.toolName IS NOT NULL
OPTIONAL MATCH (call)-[:PARENT_OF]->(result:Step {type: 'tool_result'})
RETURN
  call.toolName AS toolName,
  count(DISTINCT call) AS calls,
  count(DISTINCT call) - count(DISTINCT CASE WHEN result IS NOT NULL THEN call END) AS unanswered,
  percentileDisc(result.durationMs, 0.5) AS p50Ms,
  percentileDisc(result.durationMs, 0.95) AS p95Ms,
  max(result.durationMs) AS worstMs,
  sum(result.durationMs) AS togetherMs
ORDER BY p95Ms DESC, toolName
