// Puts checkpoints at the steps where they were taken. Run once for each: a second time would double its edge.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (s:Step {projectId: c.projectId, id: row.stepId})
CREATE (c)-[:AT]->(s)
