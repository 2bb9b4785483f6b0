// Puts below new checkpoints those that named them as their parent before they were there, and returns each that has some.
// Each is locked, then looked at again: it may have been given another parent meanwhile.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (child:Checkpoint)
USING INDEX child:Checkpoint(projectId, parentId, listKey)
WHERE child.projectId = c.projectId AND child.parentId = c.id AND child.listKey > ''
SET child.locked = true
WITH c, child.id AS childId
MATCH (child:Checkpoint {projectId: c.projectId, id: childId})
WHERE child.parentId = c.id
MERGE (c)-[:PARENT_OF]->(child)
RETURN DISTINCT c.projectId AS projectId, c.id AS id
