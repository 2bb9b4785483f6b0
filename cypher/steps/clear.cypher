// Deletes up to $limit steps of a trace that is being deleted. Returns their number (0 when none is left), how many were log entries, and the content that
// they referenced. Only a trace marked as deleted is cleared, under its lock: once a server has finished, a client may create
// another trace with the same id, while a second server still clears. The subquery is needed: see ended-generations/clear-events.
MATCH (d:Deleting {projectId: $projectId, id: $traceId})
SET d.locked = true
WITH d
CALL (d) {
  MATCH (n:Step)
  USING INDEX n:Step(projectId, traceId, sequence)
  WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.sequence > 0
  WITH n
  LIMIT $limit
  OPTIONAL MATCH (n)-[:MESSAGES]->(c:Content)
  WITH n, n.eventId AS eventId, c
  DETACH DELETE n
  RETURN count(*) AS removed, count(eventId) AS events, collect(DISTINCT c.id) AS released
}
RETURN removed, events, released
