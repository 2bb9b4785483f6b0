// Deletes goals; their messages and steps move to the trace itself, and sub-traces lose the goal they worked for.
UNWIND $goals AS row
MATCH (g:Goal {projectId: row.projectId, traceId: row.traceId, goalId: row.goalId})
CALL (g) {
  MATCH (g)<-[old:BELONGS_TO]-(owned:Message|Step)
  DELETE old
  WITH g, owned
  MATCH (t:Trace {projectId: g.projectId, id: g.traceId})
  SET owned.goalId = null
  CREATE (owned)-[:BELONGS_TO]->(t)
}
CALL (g) {
  MATCH (g)<-[:BELONGS_TO]-(sub:Trace)
  SET sub.parentGoalId = null
}
DETACH DELETE g
