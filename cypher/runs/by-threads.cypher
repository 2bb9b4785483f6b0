// For each thread, a page of the runs of its log generation, newest first, before a list key.
UNWIND $owners AS owner
MATCH (t:Thread {projectId: $projectId, id: owner})
CALL (t) {
  MATCH (r:Run)
  USING INDEX r:Run(projectId, threadId, generation, listKey)
  WHERE r.projectId = $projectId AND r.threadId = t.id AND r.generation = t.generation AND r.listKey < $before
  WITH r
  ORDER BY r.projectId DESC, r.threadId DESC, r.generation DESC, r.listKey DESC
  LIMIT $limit
  RETURN r
}
RETURN owner, r.projectId AS projectId, r.threadId AS threadId, r.generation AS generation, r.id AS id, r.createdAt AS createdAt,
  r.updatedAt AS updatedAt, r.listKey AS sortKey
