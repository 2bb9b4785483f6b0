// Deletes up to $limit checkpoints of a thread below a step, the lowest first. Returns their number, 0 when none is left, and the
// content that they referenced.
MATCH (c:Checkpoint)
USING INDEX c:Checkpoint(projectId, threadId, step, write)
WHERE c.projectId = $projectId AND c.threadId = $threadId AND c.step < $before AND c.write > 0
WITH c
ORDER BY c.projectId, c.threadId, c.step, c.write
LIMIT $limit
CALL (c) {
  OPTIONAL MATCH (c)-[:MESSAGES|STATE|TOOLS_RESULT]->(chunk:Content)
  RETURN collect(chunk.id) AS referenced
}
DETACH DELETE c
WITH count(*) AS removed, collect(referenced) AS lists
RETURN removed, reduce(all = [], list IN lists | all + list) AS released
