// Puts new traces below their parent and the goal of it that they work for. Run once for a trace: a second time would double its edges.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
MATCH (p:Trace {projectId: row.projectId, id: row.parentTraceId})
CREATE (p)-[:PARENT_OF]->(t)
WITH t, row
WHERE row.parentGoalId IS NOT NULL
MATCH (g:Goal {projectId: row.projectId, traceId: row.parentTraceId, goalId: row.parentGoalId})
CREATE (t)-[:BELONGS_TO]->(g)
