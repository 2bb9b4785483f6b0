// An ended log generation, if it is not cleared yet.
MATCH (g:EndedGeneration {projectId: $projectId, threadId: $threadId, generation: $generation})
RETURN g.projectId AS projectId, g.threadId AS threadId, g.generation AS generation
