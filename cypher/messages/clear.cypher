// Deletes up to $limit messages of a trace that is being deleted, and returns how many; 0 when none is left.
MATCH (n:Message)
USING INDEX n:Message(projectId, traceId, sequence)
WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.sequence > 0
WITH n
LIMIT $limit
DETACH DELETE n
RETURN count(*) AS removed
