// For each step, a page of the steps that were called in it, after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Step {projectId: $projectId, id: owner})<-[:WITHIN]-(s:Step)
  WHERE s.sequence > $after
  WITH s
  ORDER BY s.sequence
  LIMIT $limit
  RETURN s
}
RETURN owner, {{Step s}}
