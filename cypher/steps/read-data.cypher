// The data of steps. Unknown keys give no row.
UNWIND $steps AS key
MATCH (s:Step {projectId: key.projectId, id: key.id})
RETURN s.id AS id, s.data AS data
