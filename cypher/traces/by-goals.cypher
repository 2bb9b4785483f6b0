// For each goal, a page of the traces that work for it, oldest first, after a list key.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (g:Goal {projectId: $projectId, traceId: owner.traceId, goalId: owner.goalId})<-[:BELONGS_TO]-(t:Trace)
  WHERE t.listKey > $after
  WITH t
  ORDER BY t.listKey
  LIMIT $limit
  RETURN t
}
RETURN owner, {{Trace t}}
