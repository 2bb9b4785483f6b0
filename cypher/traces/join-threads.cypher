// Puts new traces into the threads they run in. Run once for a trace: a second time would double its edge.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
MATCH (thread:Thread {projectId: t.projectId, id: row.threadId})
CREATE (t)-[:BELONGS_TO]->(thread)
