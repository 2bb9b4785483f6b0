// Hides the given traces at once; their contents are deleted later.
// Marked nodes are no longer traces, so running it again finds none.
// Traces started from them keep the parent's id in `formerParentId`, so that a later trace with that id is not their parent.
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
