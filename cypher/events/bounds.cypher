// The oldest event still in a trace's log and the id of the newest it ever had; no row if the trace is missing.
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
