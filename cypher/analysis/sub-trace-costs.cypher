// What did each trace below a trace cost, by itself and with all traces below it?
MATCH p = (:Trace {projectId: $projectId, id: $traceId})-[:PARENT_OF*0..]->(t:Trace)
WITH t, length(p) AS depth
CALL (t) {
  MATCH (t)-[:PARENT_OF*0..]->(below:Trace)
  RETURN
    count(below) - 1 AS tracesBelow,
    sum(below.totalTokens) AS tokensTogether,
    sum(toInteger(round(below.totalCost * 1e9))) AS nanosTogether
}
RETURN
  depth,
  t.id AS traceId,
  t.agentType AS agentType,
  t.parentGoalId AS forGoal,
  t.status AS status,
  t.totalCost AS ownCost,
  nanosTogether / 1e9 AS costTogether,
  tokensTogether,
  tracesBelow
ORDER BY depth, costTogether DESC, traceId
