// Removes the note of an ended log generation that is cleared. A second time changes nothing.
MATCH (g:EndedGeneration {projectId: $projectId, threadId: $threadId, generation: $generation})
DELETE g
