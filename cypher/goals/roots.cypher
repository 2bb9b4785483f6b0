// The goals without a parent of each trace.
UNWIND $ids AS id
MATCH (g:Goal)
USING INDEX g:Goal(projectId, traceId, goalId)
WHERE g.projectId = $projectId AND g.traceId = id AND g.goalId IS NOT NULL AND g.parentId IS NULL
RETURN properties(g) AS goal
