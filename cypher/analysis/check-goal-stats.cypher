// Which stored stats of a trace's goals differ from a recount of its messages and steps? No row when all are right.
MATCH (g:Goal)
USING INDEX g:Goal(projectId, traceId, goalId)
WHERE g.projectId = $projectId AND g.traceId = $traceId AND g.goalId IS NOT NULL
CALL (g) {
  OPTIONAL MATCH (m:Message)
  USING INDEX m:Message(projectId, traceId, goalId, sequence)
  WHERE m.projectId = g.projectId AND m.traceId = g.traceId AND m.goalId = g.goalId AND m.sequence > 0
  RETURN
    count(m) AS messages,
    sum(CASE WHEN m.cost IS NULL AND coalesce(m.promptTokens, 0) + coalesce(m.completionTokens, 0) > 0 THEN 1 ELSE 0 END) AS messageUnpriced,
    sum(m.cacheReadTokens) AS messageCacheRead,
    sum(m.cacheWriteTokens) AS messageCacheWrite,
    sum(m.reasoningTokens) AS messageReasoning,
    sum(m.promptTokens) AS messagePrompt,
    sum(m.completionTokens) AS messageCompletion,
    sum(toInteger(round(m.cost * 1e9))) AS messageNanos,
    max(m.sequence) AS newest
}
CALL (g) {
  OPTIONAL MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, goalId, sequence)
  WHERE s.projectId = g.projectId AND s.traceId = g.traceId AND s.goalId = g.goalId AND s.sequence > 0
  RETURN
    count(s) AS steps,
    sum(CASE WHEN s.cost IS NULL AND coalesce(s.promptTokens, 0) + coalesce(s.completionTokens, 0) > 0 THEN 1 ELSE 0 END) AS stepUnpriced,
    sum(CASE WHEN s.status = 'error' THEN 1 ELSE 0 END) AS errors,
    sum(s.cacheReadTokens) AS stepCacheRead,
    sum(s.cacheWriteTokens) AS stepCacheWrite,
    sum(s.reasoningTokens) AS stepReasoning,
    sum(s.promptTokens) AS stepPrompt,
    sum(s.completionTokens) AS stepCompletion,
    sum(toInteger(round(s.cost * 1e9))) AS stepNanos
}
WITH
  g,
  messages,
  steps,
  errors,
  messageUnpriced + stepUnpriced AS unpriced,
  messageCacheRead + stepCacheRead AS cacheRead,
  messageCacheWrite + stepCacheWrite AS cacheWrite,
  messageReasoning + stepReasoning AS reasoning,
  messagePrompt + stepPrompt AS prompt,
  messageCompletion + stepCompletion AS completion,
  messageNanos + stepNanos AS nanos,
  newest
// Each goal's own figures count towards itself and every goal above it.
MATCH (above:Goal)-[:PARENT_OF*0..]->(g)
WITH
  above,
  sum(messages) AS messages,
  sum(steps) AS steps,
  sum(errors) AS errors,
  sum(unpriced) AS unpriced,
  sum(cacheRead) AS cacheRead,
  sum(cacheWrite) AS cacheWrite,
  sum(reasoning) AS reasoning,
  sum(prompt) AS prompt,
  sum(completion) AS completion,
  sum(nanos) AS nanos,
  max(newest) AS newest,
  head(collect(CASE WHEN g = above THEN [messages, prompt, completion, prompt + completion, nanos / 1e9, newest, steps, errors, unpriced, cacheRead, cacheWrite, reasoning] END)) AS own
UNWIND [
  ['selfMessageCount', above.selfMessageCount, own[0]],
  ['selfPromptTokens', above.selfPromptTokens, own[1]],
  ['selfCompletionTokens', above.selfCompletionTokens, own[2]],
  ['selfTotalTokens', above.selfTotalTokens, own[3]],
  ['selfTotalCost', above.selfTotalCost, own[4]],
  ['selfPreviewSequence', above.selfPreviewSequence, own[5]],
  ['selfStepCount', above.selfStepCount, own[6]],
  ['selfErrorCount', above.selfErrorCount, own[7]],
  ['selfUnpricedCount', above.selfUnpricedCount, own[8]],
  ['selfCacheReadTokens', above.selfCacheReadTokens, own[9]],
  ['selfCacheWriteTokens', above.selfCacheWriteTokens, own[10]],
  ['selfReasoningTokens', above.selfReasoningTokens, own[11]],
  ['cumulativeStepCount', above.cumulativeStepCount, steps],
  ['cumulativeErrorCount', above.cumulativeErrorCount, errors],
  ['cumulativeUnpricedCount', above.cumulativeUnpricedCount, unpriced],
  ['cumulativeCacheReadTokens', above.cumulativeCacheReadTokens, cacheRead],
  ['cumulativeCacheWriteTokens', above.cumulativeCacheWriteTokens, cacheWrite],
  ['cumulativeReasoningTokens', above.cumulativeReasoningTokens, reasoning],
  ['cumulativeMessageCount', above.cumulativeMessageCount, messages],
  ['cumulativePromptTokens', above.cumulativePromptTokens, prompt],
  ['cumulativeCompletionTokens', above.cumulativeCompletionTokens, completion],
  ['cumulativeTotalTokens', above.cumulativeTotalTokens, prompt + completion],
  ['cumulativeTotalCost', above.cumulativeTotalCost, nanos / 1e9],
  ['cumulativePreviewSequence', above.cumulativePreviewSequence, newest]
] AS figure
WITH above, figure[0] AS name, figure[1] AS stored, figure[2] AS recounted
WHERE coalesce(stored, -1) <> coalesce(recounted, -1)
RETURN above.goalId AS goalId, name, stored, recounted
ORDER BY goalId, name
