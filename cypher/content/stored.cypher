// Which of these chunks are stored.
UNWIND $chunks AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
RETURN c.projectId AS projectId, c.id AS id
