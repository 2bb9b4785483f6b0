// Which steps was the end of a trace waiting for, one after the other: its critical path, and how long did each one take?
// From the last conclusion it repeatedly follows the parent recorded last: one chain, however many paths there are.
MATCH (end:Step)
USING INDEX end:Step(projectId, traceId, sequence)
WHERE end.projectId = $projectId AND end.traceId = $traceId AND end.sequence > 0
WITH end
ORDER BY end.type = 'conclusion' DESC, coalesce(end.isFinal, false) DESC, end.sequence DESC
LIMIT 1
MATCH p = (end)<-[:PARENT_OF*0..]-(step:Step)
WHERE all(edge IN relationships(p) WHERE NOT EXISTS {
  MATCH (earlier:Step)-[edge]->(later:Step)<-[:PARENT_OF]-(other:Step)
  WHERE other.createdAt > earlier.createdAt
    OR (other.createdAt = earlier.createdAt AND other.sequence > earlier.sequence)
})
WITH step, min(length(p)) AS distance
ORDER BY distance DESC
WITH collect(step) AS chain
UNWIND range(0, size(chain) - 1) AS position
WITH position, chain[position] AS step, CASE WHEN position = 0 THEN null ELSE chain[position - 1] END AS previous
RETURN
  position,
  step.id AS stepId,
  step.sequence AS sequence,
  step.type AS type,
  coalesce(step.toolName, step.model) AS name,
  step.goalId AS goalId,
  step.durationMs AS toolMs,
  datetime(step.createdAt).epochMillis - datetime(previous.createdAt).epochMillis AS waitedMs
ORDER BY position
