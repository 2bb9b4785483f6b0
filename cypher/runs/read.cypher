// Reads runs of a thread's log generation by id. Unknown ids give no row.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
UNWIND $ids AS id
MATCH (r:Run {projectId: $projectId, threadId: $threadId, generation: t.generation, id: id})
RETURN r.projectId AS projectId, r.threadId AS threadId, r.generation AS generation, id, r.createdAt AS createdAt,
  r.updatedAt AS updatedAt, r.listKey AS sortKey
