// Gives traces and goals the stats that they did not have: steps, failed steps, records without a cost, and tokens of caches and of
// reasoning. It skips what has them already, so that running it again continues after an interruption. Indexes the steps that await
// another one.
CREATE INDEX step_awaiting IF NOT EXISTS
FOR (s:Step) ON (s.projectId, s.traceId, s.awaitingSequence);

CALL db.createRelationshipType('WITHIN');

MATCH (t:Trace)
WHERE t.errorCount IS NULL
CALL (t) {
  OPTIONAL MATCH (m:Message)
  USING INDEX m:Message(projectId, traceId, sequence)
  WHERE m.projectId = t.projectId AND m.traceId = t.id AND m.sequence > 0
    AND m.cost IS NULL AND coalesce(m.promptTokens, 0) + coalesce(m.completionTokens, 0) > 0
  WITH t, count(m) AS messages
  OPTIONAL MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, sequence)
  WHERE s.projectId = t.projectId AND s.traceId = t.id AND s.sequence > 0
    AND s.cost IS NULL AND coalesce(s.promptTokens, 0) + coalesce(s.completionTokens, 0) > 0
  WITH t, messages, count(s) AS steps
  SET
    t.errorCount = 0,
    t.awaitingSteps = 0,
    t.unpricedCount = messages + steps,
    t.cacheReadTokens = 0,
    t.cacheWriteTokens = 0,
    t.reasoningTokens = 0
} IN TRANSACTIONS OF 100 ROWS;

MATCH (g:Goal)
WHERE g.selfStepCount IS NULL
CALL (g) {
  OPTIONAL MATCH (g)<-[:BELONGS_TO]-(record:Message|Step)
  WITH
    g,
    sum(CASE WHEN record:Step THEN 1 ELSE 0 END) AS steps,
    sum(CASE
      WHEN record.cost IS NULL AND coalesce(record.promptTokens, 0) + coalesce(record.completionTokens, 0) > 0 THEN 1
      ELSE 0
    END) AS unpriced
  SET
    g.selfStepCount = steps,
    g.selfErrorCount = 0,
    g.selfUnpricedCount = unpriced,
    g.selfCacheReadTokens = 0,
    g.selfCacheWriteTokens = 0,
    g.selfReasoningTokens = 0
} IN TRANSACTIONS OF 500 ROWS;

MATCH (g:Goal)
WHERE g.cumulativeStepCount IS NULL
CALL (g) {
  MATCH (g)-[:PARENT_OF*0..]->(below:Goal)
  WITH g, sum(below.selfStepCount) AS steps, sum(below.selfUnpricedCount) AS unpriced
  SET
    g.cumulativeStepCount = steps,
    g.cumulativeErrorCount = 0,
    g.cumulativeUnpricedCount = unpriced,
    g.cumulativeCacheReadTokens = 0,
    g.cumulativeCacheWriteTokens = 0,
    g.cumulativeReasoningTokens = 0
} IN TRANSACTIONS OF 500 ROWS;
