// For each step, the step that it was called in, the one that that was called in, and so on, nearest first.
UNWIND $owners AS owner
CALL (owner) {
  MATCH path = (:Step {projectId: $projectId, id: owner})-[:WITHIN*1..]->(s:Step)
  WHERE s.sequence > $after
  WITH s, length(path) AS distance
  ORDER BY distance
  LIMIT $limit
  RETURN s, distance
}
WITH owner, s, distance
ORDER BY owner, distance
RETURN owner, {{Step s}}
