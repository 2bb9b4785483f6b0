// The last messages of a run before a position, newest first.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, runId, category, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = t.generation AND e.runId = $runId AND e.category = 'message'
    AND e.seq < $before
  WITH e
  ORDER BY e.projectId DESC, e.threadId DESC, e.generation DESC, e.runId DESC, e.category DESC, e.seq DESC
  LIMIT $limit
  RETURN {{map RunEvent e}} AS event
}
RETURN event
