// Deletes up to $limit runs of an ended log generation whose events are deleted, and returns how many; 0 when none is left.
MATCH (g:EndedGeneration {projectId: $projectId, threadId: $threadId, generation: $generation})
SET g.locked = true
WITH g
CALL (g) {
  MATCH (r:Run)
  USING INDEX r:Run(projectId, threadId, generation, id)
  WHERE r.projectId = $projectId AND r.threadId = $threadId AND r.generation = $generation AND r.id > ''
  WITH r
  LIMIT $limit
  DETACH DELETE r
  RETURN count(*) AS removed
}
RETURN removed
