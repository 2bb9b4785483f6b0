// How many messages a thread has.
MATCH (e:RunEvent)
USING INDEX e:RunEvent(projectId, threadId, category, seq)
WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.category = 'message' AND e.seq > 0
RETURN count(*) AS messages
