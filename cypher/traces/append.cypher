// The fast path of most writes, in one statement: changes of traces and their goals, new steps, messages (both are their own
// entries in the log) and other events. It takes
// the lock of each trace, in the order given, then checks that each is in the state that the writer assumes: every change of a
// trace or its goals appends an event, except the loss of the trace or goal it was started from. If one is not, it writes nothing
// and gives no row. If run again, the keys' constraints reject it.
CALL () {
  UNWIND $traces AS row
  MATCH (t:Trace {projectId: row.projectId, id: row.id})
  SET t.locked = true
}
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
WHERE t.lastEventId = row.expected.lastEventId AND t.createdAt = row.expected.createdAt
  AND coalesce(t.parentTraceId, '') = row.expected.parentTraceId
  AND coalesce(t.parentGoalId, '') = row.expected.parentGoalId
WITH count(t) AS matching
WHERE matching = size($traces)
CALL () {
  UNWIND $traces AS row
  MATCH (t:Trace {projectId: row.projectId, id: row.id})
  SET t += row.properties, t.changedAtMs = timestamp()
}
CALL () {
  UNWIND $goals AS row
  MATCH (g:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.goalId})
  SET g += row.properties
}
CALL () {
  UNWIND $stepOwners AS owner
  MATCH (t:Trace {projectId: owner.projectId, id: owner.traceId})
  OPTIONAL MATCH (g:Goal {projectId: owner.projectId, traceId: owner.traceId, goalId: owner.goalId})
  WITH owner, coalesce(g, t) AS home
  UNWIND owner.steps AS row
  CREATE (s:Step:Event)-[:BELONGS_TO]->(home)
  SET s = row
}
CALL () {
  UNWIND $stepUpdates AS row
  MATCH (s:Step {projectId: row.projectId, id: row.id})
  SET s += row.properties
}
CALL () {
  UNWIND $links AS link
  MATCH (s:Step {projectId: link.projectId, id: link.id})
  UNWIND link.parentIds AS parentId
  MATCH (p:Step {projectId: link.projectId, id: parentId})
  CREATE (p)-[:PARENT_OF]->(s)
}
CALL () {
  UNWIND $withins AS link
  MATCH (s:Step {projectId: link.projectId, id: link.id})
  UNWIND [link.within] AS within
  MATCH (outer:Step {projectId: link.projectId, id: within})
  CREATE (s)-[:WITHIN]->(outer)
}
CALL () {
  UNWIND $messageOwners AS owner
  MATCH (t:Trace {projectId: owner.projectId, id: owner.traceId})
  OPTIONAL MATCH (g:Goal {projectId: owner.projectId, traceId: owner.traceId, goalId: owner.goalId})
  WITH owner, coalesce(g, t) AS home
  UNWIND owner.messages AS row
  CREATE (m:Message:Event)-[:BELONGS_TO]->(home)
  SET m = row
  WITH m, row
  WHERE row.stepId IS NOT NULL
  MATCH (s:Step {projectId: row.projectId, id: row.stepId})
  CREATE (s)-[:PRODUCED]->(m)
}
CALL () {
  UNWIND $logs AS log
  MATCH (t:Trace {projectId: log.projectId, id: log.traceId})
  UNWIND log.events AS row
  CREATE (e:Event)-[:BELONGS_TO]->(t)
  SET e = row
}
RETURN matching
