// For each step, a page of the messages it produced after a sequence, in order.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Step {projectId: $projectId, id: owner})-[:PRODUCED]->(m:Message)
  WHERE m.sequence > $after
  WITH m
  ORDER BY m.sequence
  LIMIT $limit
  RETURN m
}
RETURN owner, {{Message m}}
