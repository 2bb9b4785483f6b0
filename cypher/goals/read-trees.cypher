// Reads all goals of traces.
UNWIND $traces AS key
MATCH (g:Goal)
WHERE g.projectId = key.projectId AND g.traceId = key.id AND g.goalId IS NOT NULL
RETURN properties(g) AS goal
