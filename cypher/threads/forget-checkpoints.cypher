// Removes a thread that has no checkpoints left from the list of threads with checkpoints.
MATCH (t:Thread {projectId: $projectId, id: $id})
WHERE NOT EXISTS { (t)-[:LATEST]->(:Checkpoint) }
SET t.checkpointKey = null
