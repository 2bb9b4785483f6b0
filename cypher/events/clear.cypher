// Deletes up to $limit events of a trace that is being deleted, and returns how many; 0 when none is left. Only a trace marked as
// deleted is cleared: see steps/clear.
MATCH (d:Deleting {projectId: $projectId, id: $traceId})
SET d.locked = true
WITH d
CALL (d) {
  MATCH (n:Event)
  USING INDEX n:Event(projectId, traceId, eventId)
  WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.eventId > 0
  WITH n
  LIMIT $limit
  DETACH DELETE n
  RETURN count(*) AS removed
}
RETURN removed
