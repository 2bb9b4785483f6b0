// The nodes of chunks, for statements that lock them: there, a seek by key would also lock the key's index entry, and two
// transactions that delete the same chunk would deadlock. Unknown keys give no row.
UNWIND $chunks AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
RETURN c.projectId AS projectId, c.id AS id, elementId(c) AS node
