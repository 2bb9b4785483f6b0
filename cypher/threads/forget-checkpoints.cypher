// Takes a thread that has no checkpoint left out of the list of those that have.
MATCH (t:Thread {projectId: $projectId, id: $id})
WHERE NOT EXISTS { (t)-[:LATEST]->(:Checkpoint) }
SET t.checkpointKey = null
