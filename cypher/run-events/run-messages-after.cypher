// The first messages of a run between two positions, oldest first.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, runId, category, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = t.generation AND e.runId = $runId AND e.category = 'message'
    AND e.seq > $after AND e.seq < $before
  WITH e
  ORDER BY e.projectId, e.threadId, e.generation, e.runId, e.category, e.seq
  LIMIT $limit
  RETURN {{map RunEvent e}} AS event
}
RETURN event
