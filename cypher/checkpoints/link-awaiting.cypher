// Links new checkpoints to children that named them as parent before they existed, and returns those that have such children.
// Each child is locked, then checked again: its parent may have changed meanwhile.
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
