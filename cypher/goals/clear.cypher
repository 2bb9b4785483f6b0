// Deletes up to $limit goals of a trace that is being deleted, and returns how many; 0 when none is left. Sub-traces that worked
// for a deleted goal lose it. Only a trace marked as deleted is cleared: see steps/clear.
MATCH (d:Deleting {projectId: $projectId, id: $traceId})
SET d.locked = true
WITH d
CALL (d) {
  MATCH (n:Goal)
  USING INDEX n:Goal(projectId, traceId, goalId)
  WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.goalId IS NOT NULL
  WITH n
  LIMIT $limit
  DETACH DELETE n
  RETURN count(*) AS removed
}
RETURN removed
