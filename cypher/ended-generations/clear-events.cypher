// Removes up to $limit run events of an ended log generation, and counts them; 0 when none is left. Two that clear the same one
// take turns. A LIMIT behind a SET would read all events, not only as many: hence the subquery.
MATCH (g:EndedGeneration {projectId: $projectId, threadId: $threadId, generation: $generation})
SET g.locked = true
WITH g
CALL (g) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = $generation AND e.seq > 0
  WITH e
  LIMIT $limit
  DETACH DELETE e
  RETURN count(*) AS removed
}
RETURN removed
