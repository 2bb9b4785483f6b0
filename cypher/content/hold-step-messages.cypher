// Has steps hold the last message of their prompt, and counts them: fewer if one is gone. Run once for a step.
UNWIND $held AS row
MATCH (s:Step {projectId: row.projectId, id: row.ownerId})
MATCH (c:Content {projectId: s.projectId, id: row.contentId})
CREATE (s)-[:MESSAGES]->(c)
RETURN count(*) AS held
