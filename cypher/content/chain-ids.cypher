// The ids of a list's pieces, in no order, with their places.
MATCH (:Content {projectId: $projectId, id: $lastId})-[:AFTER*0..]->(c:Content)
RETURN c.position AS position, c.id AS id
