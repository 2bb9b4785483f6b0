// Reads steps by key, without their data. Unknown keys give no row.
UNWIND $steps AS key
MATCH (s:Step {projectId: key.projectId, id: key.id})
RETURN {{Step s}}
