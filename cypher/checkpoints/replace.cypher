// Replaces the properties of checkpoints, removes their edges to their parent, step and content, and returns that content.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
SET c += row
WITH c
OPTIONAL MATCH (c)<-[up:PARENT_OF]-(:Checkpoint)
DELETE up
WITH c
OPTIONAL MATCH (c)-[at:AT]->(:Step)
DELETE at
WITH c
MATCH (c)-[reference:MESSAGES|STATE|TOOLS_RESULT]->(chunk:Content)
DELETE reference
RETURN DISTINCT chunk.projectId AS projectId, chunk.id AS id
