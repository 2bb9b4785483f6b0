// Makes steps reference the last message of their prompt, and returns how many: fewer if one is missing. Run it once for each.
UNWIND $references AS row
MATCH (s:Step {projectId: row.projectId, id: row.ownerId})
MATCH (c:Content {projectId: s.projectId, id: row.contentId})
CREATE (s)-[:MESSAGES]->(c)
RETURN count(*) AS referenced
