// Deletes up to $limit events of a trace that is being deleted, and returns how many; 0 when none is left.
MATCH (n:Event)
USING INDEX n:Event(projectId, traceId, eventId)
WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.eventId > 0
WITH n
LIMIT $limit
DETACH DELETE n
RETURN count(*) AS removed
