// The first messages of a thread between two positions, oldest first.
MATCH (e:RunEvent)
USING INDEX e:RunEvent(projectId, threadId, category, seq)
WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.category = 'message'
  AND e.seq > $after AND e.seq < $before
WITH e
ORDER BY e.projectId, e.threadId, e.category, e.seq
LIMIT $limit
RETURN e {
  .projectId, .threadId, .seq, .runId, .eventType, .category, .content, .contentJson, .metadata, .createdAt, .key, .digest
} AS event
