// The total usage of each trace and all traces below it.
UNWIND $ids AS id
MATCH (:Trace {projectId: $projectId, id: id})-[:PARENT_OF*0..]->(t:Trace)
WITH id, t
RETURN
  id,
  sum(t.messageCount) AS messageCount,
  sum(t.totalSteps) AS stepCount,
  sum(t.errorCount) AS errorCount,
  sum(t.unpricedCount) AS unpricedCount,
  sum(t.promptTokens) AS promptTokens,
  sum(t.completionTokens) AS completionTokens,
  sum(t.cacheReadTokens) AS cacheReadTokens,
  sum(t.cacheWriteTokens) AS cacheWriteTokens,
  sum(t.reasoningTokens) AS reasoningTokens,
  sum(t.totalTokens) AS totalTokens,
  sum(toInteger(round(t.totalCost * 1e9))) / 1e9 AS totalCost
