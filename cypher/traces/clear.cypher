// Removes the last of a trace that was deleted; the thread that it ran in, if any, for which it may have been the last.
MATCH (d:Deleting {projectId: $projectId, id: $id})
OPTIONAL MATCH (d)-[:BELONGS_TO]->(thread:Thread)
DETACH DELETE d
RETURN thread.id AS threadId
