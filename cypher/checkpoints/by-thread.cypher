// A page of a thread's checkpoints, by descending step; within a step, the last written first.
MATCH (c:Checkpoint)
USING INDEX c:Checkpoint(projectId, threadId, step, write)
WHERE c.projectId = $projectId AND c.threadId = $threadId AND c.step >= 0 AND c.write > 0
WITH c
ORDER BY c.projectId DESC, c.threadId DESC, c.step DESC, c.write DESC
SKIP $offset
LIMIT $limit
RETURN {{map Checkpoint c}} AS checkpoint
