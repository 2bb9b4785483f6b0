// The run events of a thread after one, oldest first. None of another life of its log.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
WHERE t.log = $log
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.seq > $after
  WITH e
  ORDER BY e.projectId, e.threadId, e.seq
  LIMIT $limit
  RETURN e {
    .projectId, .threadId, .seq, .runId, .eventType, .category, .content, .contentJson, .metadata, .createdAt, .key, .digest
  } AS event
}
RETURN event
