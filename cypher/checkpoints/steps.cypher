// The steps at which checkpoints were taken; a checkpoint without a step gives no row.
UNWIND $ids AS id
MATCH (c:Checkpoint {projectId: $projectId, id: id})
MATCH (c)-[:AT]->(s:Step)
RETURN c.id AS id, s.id AS stepId
