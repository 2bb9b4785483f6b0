// Puts new traces below their parent and the goal of it that they work for. Run once for a trace: a second time would
// double its edges.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
MATCH (p:Trace {projectId: t.projectId, id: t.parentTraceId})
CREATE (p)-[:PARENT_OF]->(t)
WITH t
MATCH (g:Goal {projectId: t.projectId, traceId: t.parentTraceId, goalId: t.parentGoalId})
CREATE (t)-[:BELONGS_TO]->(g)
