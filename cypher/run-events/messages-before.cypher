// The last messages of a thread before a position, newest first.
MATCH (e:RunEvent)
USING INDEX e:RunEvent(projectId, threadId, category, seq)
WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.category = 'message'
  AND e.seq < $before
WITH e
ORDER BY e.projectId DESC, e.threadId DESC, e.category DESC, e.seq DESC
LIMIT $limit
RETURN e {
  .projectId, .threadId, .seq, .runId, .eventType, .category, .content, .contentJson, .metadata, .createdAt, .key, .digest
} AS event
