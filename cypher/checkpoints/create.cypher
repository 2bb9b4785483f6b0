// Creates checkpoints in their threads. A second time the key's constraint refuses it.
UNWIND $checkpoints AS row
MATCH (t:Thread {projectId: row.projectId, id: row.threadId})
CREATE (c:Checkpoint)-[:BELONGS_TO]->(t)
SET c = row
