// Removes up to $limit run events of a run, and the run with its last; counts the events, and says whether any are left.
MATCH (e:RunEvent)
USING INDEX e:RunEvent(projectId, threadId, runId, seq)
WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.runId = $runId AND e.seq > 0
WITH e
LIMIT $limit
MATCH (e)-[:BELONGS_TO]->(r:Run)
DETACH DELETE e
WITH r, count(*) AS removed
CALL (r) {
  WITH r
  WHERE NOT EXISTS { (r)<-[:BELONGS_TO]-() }
  DETACH DELETE r
}
WITH sum(removed) AS removed
RETURN removed, EXISTS {
  MATCH (e:RunEvent)
  WHERE e.projectId = $projectId AND e.threadId = $threadId AND e.runId = $runId AND e.seq > 0
} AS left
