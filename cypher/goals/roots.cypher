// For each trace, its goals without a parent.
UNWIND $ids AS id
MATCH (g:Goal)
USING INDEX g:Goal(projectId, traceId, goalId)
WHERE g.projectId = $projectId AND g.traceId = id AND g.goalId IS NOT NULL AND g.parentId IS NULL
WITH properties(g) AS p
RETURN {{Goal p}}
