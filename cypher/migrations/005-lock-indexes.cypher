// Indexes for statements that lock: in a statement that writes, Neo4j also locks the entry it finds in a unique index. Two
// waiting transactions with that lock deadlock if both have to create the node again. Creating an index that exists does nothing.
CREATE INDEX thread_by_id IF NOT EXISTS
FOR (t:Thread) ON (t.id, t.projectId);

CREATE INDEX released_content IF NOT EXISTS
FOR (c:Released) ON (c.projectId, c.id);
