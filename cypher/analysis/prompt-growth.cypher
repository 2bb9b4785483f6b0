// Where do prompts grow fastest, in tokens per call, from the first to the last call of a model in a trace?
MATCH (s:Step)
USING INDEX s:Step(projectId, type)
WHERE s.projectId = $projectId AND s.type = 'llm_call' AND s.promptTokens IS NOT NULL
WITH s
ORDER BY s.sequence
WITH s.traceId AS traceId, s.model AS model, collect(s.promptTokens) AS prompts
WHERE size(prompts) > 1
RETURN
  traceId,
  model,
  size(prompts) AS calls,
  head(prompts) AS firstPrompt,
  last(prompts) AS lastPrompt,
  toFloat(last(prompts) - head(prompts)) / (size(prompts) - 1) AS growthPerCall,
  reduce(sum = 0, tokens IN prompts | sum + tokens) AS promptTokens
ORDER BY growthPerCall DESC, traceId, model
LIMIT $limit
