// Reads goals by key. Unknown keys give no row.
UNWIND $goals AS key
MATCH (g:Goal {projectId: $projectId, traceId: key.traceId, goalId: key.goalId})
WITH properties(g) AS p
RETURN {{Goal p}}
