// Which tool calls did a trace make more than once with the same arguments, and how long did the repetitions take?
MATCH (call:Step)
USING INDEX call:Step(projectId, toolName)
WHERE call.projectId = $projectId AND call.toolName IS NOT NULL
WITH call
ORDER BY call.sequence
WITH call.traceId AS traceId, call.toolName AS toolName, call.argumentsDigest AS arguments, collect(call) AS calls
WHERE size(calls) > 1
CALL (calls) {
  UNWIND calls[1..] AS again
  OPTIONAL MATCH (again)-[:PARENT_OF]->(result:Step {type: 'tool_result'})
  RETURN sum(result.durationMs) AS repetitionMs
}
RETURN traceId, toolName, size(calls) AS times, repetitionMs, [call IN calls | call.id] AS stepIds
ORDER BY times DESC, repetitionMs DESC, traceId
