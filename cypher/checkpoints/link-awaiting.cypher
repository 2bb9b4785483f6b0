// Puts below new checkpoints those that named them as their parent before they were there, and returns each that has some.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (child:Checkpoint)
USING INDEX child:Checkpoint(projectId, parentId, listKey)
WHERE child.projectId = c.projectId AND child.parentId = c.id AND child.listKey > ''
MERGE (c)-[:PARENT_OF]->(child)
RETURN DISTINCT c.projectId AS projectId, c.id AS id
