// Moves messages to their goal or, if that is null, to their trace, wherever they were before.
UNWIND $messages AS row
MATCH (m:Message {projectId: row.projectId, id: row.id})-[old:BELONGS_TO]->()
DELETE old
WITH m, row
MATCH (t:Trace {projectId: row.projectId, id: row.traceId})
OPTIONAL MATCH (g:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.goalId})
WITH m, coalesce(g, t) AS home
CREATE (m)-[:BELONGS_TO]->(home)
