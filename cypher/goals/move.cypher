// Moves goals under their parent, or to the top level if it is null, wherever they were before.
UNWIND $goals AS row
MATCH (g:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.goalId})
OPTIONAL MATCH (:Goal)-[old:PARENT_OF]->(g)
DELETE old
WITH DISTINCT g, row
MATCH (p:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.parentId})
CREATE (p)-[:PARENT_OF]->(g)
