// The events of a trace after a given one, oldest first. No row for a later trace with the same id.
MATCH (t:Trace {projectId: $projectId, id: $traceId})
WHERE t.createdAt = $createdAt
CALL (t) {
  MATCH (e:Event)
  USING INDEX e:Event(projectId, traceId, eventId)
  WHERE e.projectId = $projectId AND e.traceId = $traceId AND e.eventId > $after
  WITH e
  ORDER BY e.projectId, e.traceId, e.eventId
  LIMIT $limit
  RETURN labels(e) AS labels, properties(e) AS properties
}
RETURN labels, properties
