// Removes the record of an ended log generation that is cleared. Running it again changes nothing.
MATCH (g:EndedGeneration {projectId: $projectId, threadId: $threadId, generation: $generation})
DELETE g
