// Puts new pieces after those before them, and counts them: fewer if one before is gone. Run once for a piece.
UNWIND $pieces AS row
MATCH (c:Content {projectId: row.projectId, id: row.id})
MATCH (before:Content {projectId: c.projectId, id: row.afterId})
CREATE (c)-[:AFTER]->(before)
RETURN count(*) AS appended
