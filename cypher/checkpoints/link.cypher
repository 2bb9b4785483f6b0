// Links checkpoints to their parents, where these exist. Running it again changes nothing.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (parent:Checkpoint {projectId: c.projectId, id: c.parentId})
MERGE (parent)-[:PARENT_OF]->(c)
