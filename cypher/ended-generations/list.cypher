// The log generations of all projects that have ended and are not cleared yet.
MATCH (g:EndedGeneration)
USING INDEX g:EndedGeneration(projectId, threadId, generation)
WHERE g.projectId > '' AND g.threadId > '' AND g.generation > ''
RETURN g.projectId AS projectId, g.threadId AS threadId, g.generation AS generation
