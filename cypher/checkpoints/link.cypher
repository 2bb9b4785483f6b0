// Puts checkpoints below their parents, where these are there. A second time it changes nothing.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (parent:Checkpoint {projectId: c.projectId, id: c.parentId})
MERGE (parent)-[:PARENT_OF]->(c)
