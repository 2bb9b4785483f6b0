// Links new chunks to the chunks before them, and returns how many: fewer if one before is missing. Run it once for each chunk.
UNWIND $chunks AS row
MATCH (c:Content {projectId: row.projectId, id: row.id})
MATCH (before:Content {projectId: c.projectId, id: row.afterId})
CREATE (c)-[:AFTER]->(before)
RETURN count(*) AS appended
