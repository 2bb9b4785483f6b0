// Removes the entries $from to $to of a trace's log. Messages and steps stay, and are no longer entries; other events are deleted.
// A subscriber that asks for a removed entry gets an EventGap. Running it again removes nothing.
MATCH (e:Event)
USING INDEX e:Event(projectId, traceId, eventId)
WHERE e.projectId = $projectId AND e.traceId = $traceId AND $from <= e.eventId <= $to
WITH collect(e) AS entries
CALL (entries) {
  UNWIND entries AS e
  WITH e
  WHERE e:Message OR e:Step
  REMOVE e:Event, e.eventId, e.affected, e.original
}
CALL (entries) {
  UNWIND entries AS e
  WITH e
  WHERE NOT (e:Message OR e:Step)
  DETACH DELETE e
}
RETURN size(entries) AS removed
