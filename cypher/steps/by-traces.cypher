// For each trace, a page of its steps after a sequence, in order; only of some types unless $types is null.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, sequence)
  WHERE s.projectId = $projectId AND s.traceId = owner AND s.sequence > $after AND ($types IS NULL OR s.type IN $types)
  WITH s
  ORDER BY s.projectId, s.traceId, s.sequence
  LIMIT $limit
  RETURN s
}
RETURN owner, {{Step s}}
