// Reads all goals of traces.
UNWIND $traces AS key
MATCH (g:Goal)
WHERE g.projectId = key.projectId AND g.traceId = key.id AND g.goalId IS NOT NULL
WITH properties(g) AS p
RETURN {{Goal p}}
