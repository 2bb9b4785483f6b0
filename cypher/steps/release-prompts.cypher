// Removes the edges of steps to their prompts, and returns the content that they referenced.
UNWIND $steps AS row
MATCH (s:Step {projectId: row.projectId, id: row.id})-[old:MESSAGES]->(c:Content)
DELETE old
RETURN DISTINCT c.projectId AS projectId, c.id AS id
