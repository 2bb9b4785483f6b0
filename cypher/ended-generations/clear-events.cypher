// Deletes up to $limit run events of an ended log generation, and returns how many; 0 when none is left. Transactions that clear
// the same generation take turns. The subquery is needed: a LIMIT after a SET would read all events, not just $limit of them.
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
