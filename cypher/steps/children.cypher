// For each step, a page of the steps that depend on it directly, after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Step {projectId: $projectId, id: owner})-[:PARENT_OF]->(s:Step)
  WHERE s.sequence > $after
  WITH s
  ORDER BY s.sequence
  LIMIT $limit
  RETURN s
}
RETURN owner, {{Step s}}
