// Deletes up to $limit steps of a trace that is being deleted. Returns their number, 0 when none is left, and the content that
// they referenced.
MATCH (n:Step)
USING INDEX n:Step(projectId, traceId, sequence)
WHERE n.projectId = $projectId AND n.traceId = $traceId AND n.sequence > 0
WITH n
LIMIT $limit
OPTIONAL MATCH (n)-[:MESSAGES]->(c:Content)
DETACH DELETE n
RETURN count(*) AS removed, collect(DISTINCT c.id) AS released
