// The nodes of pieces, for statements that lock them: a seek by key would there also lock the key's entry in the index, and two that
// free the same piece would wait for each other. Unknown keys give no row.
UNWIND $pieces AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
RETURN c.projectId AS projectId, c.id AS id, elementId(c) AS node
