// Creates checkpoints in their threads. If run again, the key's constraint rejects it.
UNWIND $checkpoints AS row
MATCH (t:Thread {projectId: row.projectId, id: row.threadId})
CREATE (c:Checkpoint)-[:BELONGS_TO]->(t)
SET c = row
