// The goals directly below each goal.
UNWIND $goals AS key
MATCH (:Goal {projectId: $projectId, traceId: key.traceId, goalId: key.goalId})-[:PARENT_OF]->(g:Goal)
WITH properties(g) AS p
RETURN {{Goal p}}
