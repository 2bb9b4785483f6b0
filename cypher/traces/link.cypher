// Links new traces to their parent and to the parent's goal that they work for. Run it once for each trace: a second run would
// duplicate the edges.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
MATCH (p:Trace {projectId: t.projectId, id: t.parentTraceId})
CREATE (p)-[:PARENT_OF]->(t)
WITH t
MATCH (g:Goal {projectId: t.projectId, traceId: t.parentTraceId, goalId: t.parentGoalId})
CREATE (t)-[:BELONGS_TO]->(g)
