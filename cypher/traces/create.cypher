// Creates traces, below their parent and its goal where they have one. A second time the key's constraint refuses it.
UNWIND $traces AS row
CREATE (t:Trace)
SET t = row.properties, t.changedAtMs = timestamp()
WITH t, row
OPTIONAL MATCH (p:Trace {projectId: row.properties.projectId, id: row.properties.parentTraceId})
FOREACH (parent IN CASE WHEN p IS NULL THEN [] ELSE [p] END | CREATE (parent)-[:PARENT_OF]->(t))
WITH t, row
OPTIONAL MATCH (g:Goal {
  projectId: row.properties.projectId, traceId: row.properties.parentTraceId, goalId: row.properties.parentGoalId
})
FOREACH (goal IN CASE WHEN g IS NULL THEN [] ELSE [g] END | CREATE (t)-[:BELONGS_TO]->(goal))
