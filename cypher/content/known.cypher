// Which of these pieces are stored.
UNWIND $pieces AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
RETURN c.projectId AS projectId, c.id AS id
