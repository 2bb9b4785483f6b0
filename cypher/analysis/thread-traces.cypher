// Which traces ran in a thread, and what did each cost, by itself and with the traces below it?
MATCH (:Thread {projectId: $projectId, id: $threadId})<-[:BELONGS_TO]-(t:Trace)
CALL (t) {
  MATCH (t)-[:PARENT_OF*0..]->(below:Trace)
  RETURN sum(below.totalTokens) AS tokensTogether, sum(toInteger(round(below.totalCost * 1e9))) AS nanosTogether
}
CALL (t) {
  MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, sequence)
  WHERE s.projectId = t.projectId AND s.traceId = t.id AND s.sequence > 0
  MATCH (s)<-[:AT]-(c:Checkpoint)
  RETURN count(c) AS checkpoints
}
RETURN
  t.id AS traceId,
  t.createdAt AS createdAt,
  t.agentType AS agentType,
  t.status AS status,
  t.totalTokens AS ownTokens,
  t.totalCost AS ownCost,
  tokensTogether,
  nanosTogether / 1e9 AS costTogether,
  checkpoints
ORDER BY t.listKey
