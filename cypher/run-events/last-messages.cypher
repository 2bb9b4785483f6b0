// For each run, its last messages of the given types before a position, newest first. Walks each type's index backwards, so it reads
// no other events. `run` is the place of the run in $runs. A run of a log generation that has ended gives no row.
UNWIND $runs AS run
MATCH (t:Thread {projectId: $projectId, id: run.threadId})
WHERE t.generation = run.generation
CALL (run) {
  UNWIND $eventTypes AS eventType
  CALL (run, eventType) {
    MATCH (e:RunEvent)
    USING INDEX e:RunEvent(projectId, threadId, generation, runId, eventType, seq)
    WHERE e.projectId = $projectId AND e.threadId = run.threadId AND e.generation = run.generation AND e.runId = run.id
      AND e.eventType = eventType AND e.seq < run.before AND e.category = 'message'
    WITH e
    ORDER BY e.projectId DESC, e.threadId DESC, e.generation DESC, e.runId DESC, e.eventType DESC, e.seq DESC
    LIMIT $limit
    RETURN e
  }
  WITH e
  ORDER BY e.seq DESC
  LIMIT $limit
  RETURN e
}
RETURN run.place AS run, {{map RunEvent e}} AS event
