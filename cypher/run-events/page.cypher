// The run events of a thread's log generation after a given one, oldest first. No row once the generation has ended.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
WHERE t.generation = $generation
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = $generation AND e.seq > $after
  WITH e
  ORDER BY e.projectId, e.threadId, e.generation, e.seq
  LIMIT $limit
  RETURN {{map RunEvent e}} AS event
}
RETURN event
