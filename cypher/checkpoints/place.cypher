// Links checkpoints to the steps where they were taken. Run it once for each: a second run would duplicate the edge.
UNWIND $checkpoints AS row
MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
MATCH (s:Step {projectId: c.projectId, id: row.stepId})
CREATE (c)-[:AT]->(s)
