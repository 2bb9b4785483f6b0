// Deletes up to $limit messages of a trace that is being deleted, and returns how many, and how many of them were log entries; 0 when none is left. Only a trace marked as
// deleted is cleared: see steps/clear.
MATCH (d:Deleting {projectId: $projectId, id: $traceId})
SET d.locked = true
WITH d
CALL (d) {
  MATCH (n:Message)
  USING INDEX n:Message(projectId, traceId, sequence)
  WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.sequence > 0
  WITH n
  LIMIT $limit
  WITH n, n.eventId AS eventId
  DETACH DELETE n
  RETURN count(*) AS removed, count(eventId) AS events
}
RETURN removed, events
