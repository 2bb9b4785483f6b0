// For each trace, a page of its events after an id, oldest first.
UNWIND $owners AS owner
CALL (owner) {
  MATCH (e:Event)
  USING INDEX e:Event(projectId, traceId, eventId)
  WHERE e.projectId = $projectId AND e.traceId = owner AND e.eventId > $after
  WITH e
  ORDER BY e.projectId, e.traceId, e.eventId
  LIMIT $limit
  RETURN e
}
RETURN owner, labels(e) AS labels, properties(e) AS properties
