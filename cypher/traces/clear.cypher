// Deletes the last node of a deleted trace, and returns the thread that it ran in, if any: the thread may now be empty.
MATCH (d:Deleting {projectId: $projectId, id: $id})
OPTIONAL MATCH (d)-[:BELONGS_TO]->(thread:Thread)
DETACH DELETE d
RETURN thread.id AS threadId
