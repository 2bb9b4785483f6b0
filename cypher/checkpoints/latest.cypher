// The latest checkpoint of each thread; a thread without checkpoints gives no row.
UNWIND $ids AS id
MATCH (t:Thread {projectId: $projectId, id: id})
MATCH (t)-[:LATEST]->(c:Checkpoint)
RETURN id AS threadId, {{map Checkpoint c}} AS checkpoint
