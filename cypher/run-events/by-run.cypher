// The events of a run after a given one, oldest first; only those of the given types unless $types is null.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, runId, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = t.generation AND e.runId = $runId AND e.seq > $after
    AND ($types IS NULL OR e.eventType IN $types)
  WITH e
  ORDER BY e.projectId, e.threadId, e.generation, e.runId, e.seq
  LIMIT $limit
  RETURN {{map RunEvent e}} AS event
}
RETURN event
