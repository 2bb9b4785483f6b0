// Links new traces to the threads they run in. Run it once for each trace: a second run would duplicate the edge.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
MATCH (thread:Thread {projectId: t.projectId, id: row.threadId})
CREATE (t)-[:BELONGS_TO]->(thread)
