// The keys of the nodes, except those of runs and run events. Neo4j rejects a second node with the same key. Creating a
// constraint that exists does nothing.
CREATE CONSTRAINT trace_key IF NOT EXISTS
FOR (t:Trace) REQUIRE (t.projectId, t.id) IS UNIQUE;

CREATE CONSTRAINT deleting_key IF NOT EXISTS
FOR (d:Deleting) REQUIRE (d.projectId, d.id) IS UNIQUE;

CREATE CONSTRAINT goal_key IF NOT EXISTS
FOR (g:Goal) REQUIRE (g.projectId, g.traceId, g.goalId) IS UNIQUE;

CREATE CONSTRAINT step_key IF NOT EXISTS
FOR (s:Step) REQUIRE (s.projectId, s.id) IS UNIQUE;

CREATE CONSTRAINT step_sequence IF NOT EXISTS
FOR (s:Step) REQUIRE (s.projectId, s.traceId, s.sequence) IS UNIQUE;

CREATE CONSTRAINT message_key IF NOT EXISTS
FOR (m:Message) REQUIRE (m.projectId, m.id) IS UNIQUE;

CREATE CONSTRAINT message_sequence IF NOT EXISTS
FOR (m:Message) REQUIRE (m.projectId, m.traceId, m.sequence) IS UNIQUE;

CREATE CONSTRAINT event_key IF NOT EXISTS
FOR (e:Event) REQUIRE (e.projectId, e.traceId, e.eventId) IS UNIQUE;

CREATE CONSTRAINT thread_key IF NOT EXISTS
FOR (t:Thread) REQUIRE (t.projectId, t.id) IS UNIQUE;

CREATE CONSTRAINT checkpoint_key IF NOT EXISTS
FOR (c:Checkpoint) REQUIRE (c.projectId, c.id) IS UNIQUE;

CREATE CONSTRAINT checkpoint_lock IF NOT EXISTS
FOR (l:CheckpointLock) REQUIRE (l.projectId, l.id) IS UNIQUE;

CREATE CONSTRAINT content_key IF NOT EXISTS
FOR (c:Content) REQUIRE (c.projectId, c.id) IS UNIQUE;

CREATE CONSTRAINT event_idempotency IF NOT EXISTS
FOR (e:Event) REQUIRE (e.projectId, e.traceId, e.key) IS UNIQUE;
