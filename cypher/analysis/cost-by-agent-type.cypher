// What did each kind of agent cost since a given day, and how often did it fail?
MATCH (t:Trace)
USING INDEX t:Trace(projectId, listKey)
WHERE t.projectId = $projectId AND t.listKey >= $since
WITH
  coalesce(t.agentType, '') AS agentType,
  count(*) AS traces,
  sum(CASE WHEN t.status = 'failed' THEN 1 ELSE 0 END) AS failed,
  sum(t.totalTokens) AS tokens,
  sum(toInteger(round(t.totalCost * 1e9))) AS nanos,
  percentileDisc(t.totalCost, 0.95) AS p95Cost
RETURN agentType, traces, failed, tokens, nanos / 1e9 AS cost, p95Cost
ORDER BY cost DESC, agentType
