// Sets the given properties of goals, null removing one. The same again changes nothing.
UNWIND $goals AS row
MATCH (g:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.goalId})
SET g += row.properties
