// What depends on a step, say on a tool's answer that proved wrong: every step derived from it, and how far away?
MATCH p = (:Step {projectId: $projectId, id: $stepId})-[:PARENT_OF*1..]->(s:Step)
WITH s, min(length(p)) AS distance
RETURN
  distance,
  s.id AS stepId,
  s.sequence AS sequence,
  s.type AS type,
  coalesce(s.toolName, s.model) AS name,
  s.goalId AS goalId,
  s.isFinal AS isFinal
ORDER BY sequence
