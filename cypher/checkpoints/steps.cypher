// The steps at which checkpoints were taken; one without gives no row.
UNWIND $ids AS id
MATCH (c:Checkpoint {projectId: $projectId, id: id})
MATCH (c)-[:AT]->(s:Step)
RETURN c.id AS id, s.id AS stepId
