// For each trace, a page of its goals after a sequence, in the order in which they were added.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (g:Goal)
  USING INDEX g:Goal(projectId, traceId, sequence)
  WHERE g.projectId = $projectId AND g.traceId = owner AND g.sequence > $after
  WITH g
  ORDER BY g.projectId, g.traceId, g.sequence
  LIMIT $limit
  RETURN properties(g) AS p
}
RETURN owner, {{Goal p}}
