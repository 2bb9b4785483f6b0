// How many tokens and dollars did each model use on each day, in how many calls?
MATCH (s:Step)
USING INDEX s:Step(projectId, type)
WHERE s.projectId = $projectId AND s.type IN ['llm_call', 'span']
  AND (s.type = 'llm_call' OR s.model IS NOT NULL)
WITH s, coalesce(s.startedAt, s.createdAt) AS at
WHERE at >= $since
WITH
  left(at, 10) AS day,
  coalesce(s.model, '') AS model,
  count(*) AS calls,
  sum(s.promptTokens) AS promptTokens,
  sum(s.completionTokens) AS completionTokens,
  sum(toInteger(round(s.cost * 1e9))) AS nanos
RETURN day, model, calls, promptTokens, completionTokens, nanos / 1e9 AS cost
ORDER BY day, cost DESC, model
