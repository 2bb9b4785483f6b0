// Which of these checkpoints descend from themselves.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (c)<-[:PARENT_OF*1..]-(above:Checkpoint)
WHERE above = c
RETURN DISTINCT c.id AS id
