// Moves steps to their goal or, if that is null, to their trace, wherever they were before.
UNWIND $steps AS row
MATCH (s:Step {projectId: row.projectId, id: row.id})-[old:BELONGS_TO]->()
DELETE old
WITH s, row
MATCH (t:Trace {projectId: row.projectId, id: row.traceId})
OPTIONAL MATCH (g:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.goalId})
WITH s, coalesce(g, t) AS home
CREATE (s)-[:BELONGS_TO]->(home)
