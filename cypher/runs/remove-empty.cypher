// Deletes a run of a log generation if it has no events. Running it again changes nothing.
MATCH (r:Run {projectId: $projectId, threadId: $threadId, generation: $generation, id: $id})
WHERE NOT EXISTS { (r)<-[:BELONGS_TO]-() }
DETACH DELETE r
