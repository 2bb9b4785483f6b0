// Takes traces out of sight, each with all below it if wished, at once; what they hold is cleared away later.
// Marked ones are no traces any more: a second time finds none.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
OPTIONAL MATCH (t)-[r:PARENT_OF|BELONGS_TO]-(:Trace|Goal)
WITH t, collect(r) AS edges
FOREACH (edge IN edges | DELETE edge)
SET t:Deleting
REMOVE t:Trace
RETURN count(t) AS traces
