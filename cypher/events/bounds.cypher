// The oldest event a trace's log still has and the id of the newest it ever had; no row without the trace.
MATCH (t:Trace {projectId: $projectId, id: $traceId})
CALL (t) {
  OPTIONAL MATCH (e:Event)
  USING INDEX e:Event(projectId, traceId, eventId)
  WHERE e.projectId = $projectId AND e.traceId = $traceId AND e.eventId > 0
  WITH e
  ORDER BY e.projectId, e.traceId, e.eventId
  LIMIT 1
  RETURN e.eventId AS earliest
}
RETURN earliest, t.lastEventId AS latest, t.createdAt AS createdAt
