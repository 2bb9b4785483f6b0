// For each step, a page of the steps that depend on it after a sequence, oldest first, each with its shortest distance.
UNWIND $owners AS owner
CALL (owner) {
  MATCH p = (:Step {projectId: $projectId, id: owner})-[:PARENT_OF*1..]->(s:Step)
  WITH s, min(length(p)) AS depth
  WHERE s.sequence > $after AND ($maxDepth IS NULL OR depth <= $maxDepth)
  WITH s, depth
  ORDER BY s.sequence
  LIMIT $limit
  RETURN s.id AS id, s.traceId AS traceId, s.sequence AS sequence, s.type AS type, depth
}
RETURN owner, collect([id, traceId, sequence, type, depth]) AS items
