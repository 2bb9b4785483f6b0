// How many messages a thread's log generation has.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, category, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = t.generation AND e.category = 'message'
    AND e.seq > 0
  RETURN count(*) AS messages
}
RETURN messages
