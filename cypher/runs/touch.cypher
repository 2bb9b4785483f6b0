// Creates runs that do not exist yet, and records when each was last written to. Running it again changes nothing.
UNWIND $runs AS row
MATCH (t:Thread {projectId: row.projectId, id: row.threadId})
MERGE (r:Run {projectId: row.projectId, threadId: row.threadId, generation: row.generation, id: row.id})
ON CREATE SET r.createdAt = row.createdAt, r.listKey = row.sortKey
SET r.updatedAt = row.updatedAt
MERGE (r)-[:BELONGS_TO]->(t)
