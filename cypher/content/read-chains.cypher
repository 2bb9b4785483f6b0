// Chunks and all chunks before them, each once, unordered, with the id of the chunk before each.
UNWIND $lastIds AS lastId
MATCH (:Content {projectId: $projectId, id: lastId})-[:AFTER*0..]->(c:Content)
WITH DISTINCT c
OPTIONAL MATCH (c)-[:AFTER]->(before:Content)
RETURN c.id AS id, before.id AS afterId, c.position AS position, c.text AS text
