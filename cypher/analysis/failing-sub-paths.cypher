// Which sequences of three tools, each depending on the answer before it, do several failed runs share, and how many other runs?
// It reads the newest $limit finished runs, and follows at most four edges from one tool call to the next.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, listKey)
WHERE t.projectId = $projectId AND t.listKey >= $since AND t.status IN ['failed', 'completed']
WITH t
ORDER BY t.listKey DESC
LIMIT $limit
CALL (t) {
  MATCH (first:Step)
  USING INDEX first:Step(projectId, traceId, sequence)
  WHERE first.projectId = t.projectId AND first.traceId = t.id AND first.sequence > 0 AND first.type = 'tool_call'
  CALL (first) {
    MATCH (first) (()-[:PARENT_OF]->(between:Step WHERE between.type <> 'tool_call')){1,3} ()-[:PARENT_OF]->(second:Step)
    WHERE second.type = 'tool_call'
    RETURN DISTINCT second
  }
  CALL (second) {
    MATCH (second) (()-[:PARENT_OF]->(between:Step WHERE between.type <> 'tool_call')){1,3} ()-[:PARENT_OF]->(third:Step)
    WHERE third.type = 'tool_call'
    RETURN DISTINCT third
  }
  RETURN DISTINCT [first.toolName, second.toolName, third.toolName] AS tools
}
WITH
  tools,
  collect(CASE WHEN t.status = 'failed' THEN t.id END) AS failedTraces,
  count(CASE WHEN t.status = 'completed' THEN 1 END) AS completed
WHERE size(failedTraces) > 1
RETURN tools, size(failedTraces) AS failed, completed, failedTraces
ORDER BY failed DESC, completed, tools
