// The ids of a list's chunks with their positions, unordered.
MATCH (:Content {projectId: $projectId, id: $lastId})-[:AFTER*0..]->(c:Content)
RETURN c.position AS position, c.id AS id
