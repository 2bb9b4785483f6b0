// The metadata of a run's events after a given one, oldest first; only of those of the given types unless $types is null, and only
// if their metadata may match: as text it has every one of $texts, or a backslash, which may stand for any of them. If $generation
// is given and is no longer the thread's, it gives no row.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
WHERE t.generation = coalesce($generation, t.generation)
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, runId, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = t.generation AND e.runId = $runId AND e.seq > $after
    AND ($types IS NULL OR e.eventType IN $types)
    AND (e.metadata CONTAINS '\\' OR all(text IN $texts WHERE e.metadata CONTAINS text))
  WITH e
  ORDER BY e.projectId, e.threadId, e.generation, e.runId, e.seq
  LIMIT $limit
  RETURN e
}
RETURN t.generation AS generation, e.seq AS seq, e.metadata AS metadata
