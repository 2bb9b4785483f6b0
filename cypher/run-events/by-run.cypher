// The events of a run after one, oldest first; with types, only those of these types.
MATCH (e:RunEvent)
USING INDEX e:RunEvent(projectId, threadId, runId, seq)
WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.runId = $runId AND e.seq > $after
  AND ($types IS NULL OR e.eventType IN $types)
WITH e
ORDER BY e.projectId, e.threadId, e.runId, e.seq
LIMIT $limit
RETURN e {
  .projectId, .threadId, .seq, .runId, .eventType, .category, .content, .contentJson, .metadata, .createdAt, .key, .digest
} AS event
