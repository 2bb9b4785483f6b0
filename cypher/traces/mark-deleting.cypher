// Takes traces out of sight, each with all below it if wished, at once; what they hold is cleared away later.
// Marked ones are no traces any more: a second time finds none.
// Traces started from them keep the id of what started them, apart: a later trace of that id is not their parent.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
CALL (t) {
  MATCH (t)-[:PARENT_OF]->(sub:Trace)
  SET sub.formerParentId = t.id, sub.parentTraceId = null, sub.parentGoalId = null
}
OPTIONAL MATCH (t)-[r:PARENT_OF|BELONGS_TO]-(:Trace|Goal)
WITH t, collect(r) AS edges
FOREACH (edge IN edges | DELETE edge)
SET t:Deleting
REMOVE t:Trace
RETURN count(t) AS traces
