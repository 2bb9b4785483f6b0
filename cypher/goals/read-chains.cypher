// Reads goals with every goal above them, each once. Unknown keys give no row.
UNWIND $goals AS key
MATCH (:Goal {projectId: key.projectId, traceId: key.traceId, goalId: key.goalId})<-[:PARENT_OF*0..]-(g:Goal)
WITH DISTINCT g
WITH properties(g) AS p
RETURN {{Goal p}}
