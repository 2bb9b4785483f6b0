// The nodes of pieces, for statements that lock them: there, a seek by key would also lock the key's index entry, and two
// transactions that delete the same piece would deadlock. Unknown keys give no row.
UNWIND $pieces AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
RETURN c.projectId AS projectId, c.id AS id, elementId(c) AS node
