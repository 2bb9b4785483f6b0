// Which stored totals and counters of a trace differ from a recount, and does its event log have a gap? No row when all is right.
MATCH (t:Trace {projectId: $projectId, id: $traceId})
CALL (t) {
  OPTIONAL MATCH (m:Message)
  USING INDEX m:Message(projectId, traceId, sequence)
  WHERE m.projectId = t.projectId AND m.traceId = t.id AND m.sequence > 0
  RETURN
    count(m) AS messages,
    sum(CASE WHEN m.cost IS NULL AND coalesce(m.promptTokens, 0) + coalesce(m.completionTokens, 0) > 0 THEN 1 ELSE 0 END) AS messageUnpriced,
    sum(m.cacheReadTokens) AS messageCacheRead,
    sum(m.cacheWriteTokens) AS messageCacheWrite,
    sum(m.reasoningTokens) AS messageReasoning,
    sum(m.promptTokens) AS messagePrompt,
    sum(m.completionTokens) AS messageCompletion,
    sum(toInteger(round(m.cost * 1e9))) AS messageNanos,
    max(m.sequence) AS lastMessage
}
CALL (t) {
  OPTIONAL MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, sequence)
  WHERE s.projectId = t.projectId AND s.traceId = t.id AND s.sequence > 0
  RETURN
    count(s) AS steps,
    sum(CASE WHEN s.status = 'error' THEN 1 ELSE 0 END) AS errors,
    sum(CASE WHEN s.cost IS NULL AND coalesce(s.promptTokens, 0) + coalesce(s.completionTokens, 0) > 0 THEN 1 ELSE 0 END) AS stepUnpriced,
    sum(s.cacheReadTokens) AS stepCacheRead,
    sum(s.cacheWriteTokens) AS stepCacheWrite,
    sum(s.reasoningTokens) AS stepReasoning,
    sum(s.promptTokens) AS stepPrompt,
    sum(s.completionTokens) AS stepCompletion,
    sum(toInteger(round(s.cost * 1e9))) AS stepNanos,
    max(s.sequence) AS lastStep
}
// Old events may have been deleted, so the log must be gapless only from its first remaining event to the newest.
CALL (t) {
  OPTIONAL MATCH (e:Event)
  USING INDEX e:Event(projectId, traceId, eventId)
  WHERE e.projectId = t.projectId AND e.traceId = t.id AND e.eventId > 0
  RETURN count(e) AS events, min(e.eventId) AS firstEvent, max(e.eventId) AS lastEvent
}
WITH
  t, messages, steps, lastMessage, lastStep, events, firstEvent, lastEvent,
  errors,
  messageUnpriced + stepUnpriced AS unpriced,
  messageCacheRead + stepCacheRead AS cacheRead,
  messageCacheWrite + stepCacheWrite AS cacheWrite,
  messageReasoning + stepReasoning AS reasoning,
  messagePrompt + stepPrompt AS prompt,
  messageCompletion + stepCompletion AS completion,
  messageNanos + stepNanos AS nanos
UNWIND [
  ['messageCount', t.messageCount, messages],
  ['promptTokens', t.promptTokens, prompt],
  ['completionTokens', t.completionTokens, completion],
  ['errorCount', t.errorCount, errors],
  ['unpricedCount', t.unpricedCount, unpriced],
  ['cacheReadTokens', t.cacheReadTokens, cacheRead],
  ['cacheWriteTokens', t.cacheWriteTokens, cacheWrite],
  ['reasoningTokens', t.reasoningTokens, reasoning],
  ['totalTokens', t.totalTokens, prompt + completion],
  ['totalCost', t.totalCost, nanos / 1e9],
  ['previewSequence', t.previewSequence, lastMessage],
  ['totalSteps', t.totalSteps, steps],
  ['lastStepSequence', t.lastStepSequence, coalesce(lastStep, 0)],
  ['lastMessageSequence', t.lastMessageSequence, coalesce(lastMessage, 0)],
  ['lastEventId', t.lastEventId, coalesce(lastEvent, 0)],
  ['events in the log', events, coalesce(lastEvent - firstEvent + 1, 0)]
] AS figure
WITH figure[0] AS name, figure[1] AS stored, figure[2] AS recounted
WHERE coalesce(stored, -1) <> coalesce(recounted, -1)
RETURN name, stored, recounted
ORDER BY name
