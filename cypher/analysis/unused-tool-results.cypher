// How often was the answer of a tool not used by any later step, and how long had those answers taken?
MATCH (result:Step)
USING INDEX result:Step(projectId, type)
WHERE result.projectId = $projectId AND result.type = 'tool_result'
WITH result
MATCH (call:Step {type: 'tool_call'})-[:PARENT_OF]->(result)
WITH call.toolName AS toolName, result, EXISTS { (result)-[:PARENT_OF]->(:Step) } AS used
WITH
  toolName,
  count(*) AS answers,
  collect(CASE WHEN NOT used THEN result END) AS unused
WHERE size(unused) > 0
RETURN
  toolName,
  answers,
  size(unused) AS unusedAnswers,
  reduce(ms = 0.0, r IN unused | ms + coalesce(r.durationMs, 0)) AS unusedMs,
  [r IN unused | r.id][..10] AS stepIds
ORDER BY unusedAnswers DESC, unusedMs DESC, toolName
