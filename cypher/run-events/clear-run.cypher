// Deletes up to $limit events of a run in the thread's current log generation, and returns how many. If $generation is given and
// is no longer the thread's, it gives no row.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
WHERE t.generation = coalesce($generation, t.generation)
CALL (t) {
  MATCH (e:RunEvent)
  USING INDEX e:RunEvent(projectId, threadId, generation, runId, seq)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.generation = t.generation AND e.runId = $runId
    AND e.seq > 0
  WITH e
  LIMIT $limit
  DETACH DELETE e
  RETURN count(*) AS removed
}
SET t.eventCount = t.eventCount - removed
RETURN t.generation AS generation, removed
