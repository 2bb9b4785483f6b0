// The texts of chunks. Unknown ids give no row.
UNWIND $ids AS id
MATCH (c:Content {projectId: $projectId, id: id})
RETURN c.id AS id, c.text AS text
