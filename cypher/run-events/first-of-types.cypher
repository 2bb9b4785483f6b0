// The first run event of each type in its run, in the threads' log generations. A type that a run does not have gives no row.
UNWIND $types AS type
MATCH (t:Thread {projectId: type.projectId, id: type.threadId})
CALL (t, type) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, runId, eventType, seq)
  WHERE e.projectId = type.projectId AND e.threadId = type.threadId AND e.generation = t.generation AND e.runId = type.runId
    AND e.eventType = type.eventType AND e.seq > 0
  WITH e
  ORDER BY e.projectId, e.threadId, e.generation, e.runId, e.eventType, e.seq
  LIMIT 1
  RETURN e
}
RETURN {{map RunEvent e}} AS event
