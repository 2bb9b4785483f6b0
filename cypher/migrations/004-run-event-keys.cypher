// Makes the log generation part of the keys and lists of runs and run events. The old keys are dropped first, because they would
// reject the first event of the next generation. Running it again does nothing.
DROP CONSTRAINT run_key IF EXISTS;

DROP CONSTRAINT run_event_key IF EXISTS;

DROP CONSTRAINT run_event_idempotency IF EXISTS;

DROP INDEX run_event_by_category IF EXISTS;

DROP INDEX run_event_by_run IF EXISTS;

DROP INDEX run_event_by_run_and_category IF EXISTS;

CREATE CONSTRAINT generation_run_key IF NOT EXISTS
FOR (r:Run) REQUIRE (r.projectId, r.threadId, r.generation, r.id) IS UNIQUE;

CREATE CONSTRAINT generation_event_key IF NOT EXISTS
FOR (e:RunEvent) REQUIRE (e.projectId, e.threadId, e.generation, e.seq) IS UNIQUE;

CREATE CONSTRAINT generation_event_idempotency IF NOT EXISTS
FOR (e:RunEvent) REQUIRE (e.projectId, e.threadId, e.generation, e.key) IS UNIQUE;

CREATE CONSTRAINT ended_generation_key IF NOT EXISTS
FOR (g:EndedGeneration) REQUIRE (g.projectId, g.threadId, g.generation) IS UNIQUE;

CREATE INDEX generation_event_by_category IF NOT EXISTS
FOR (e:RunEvent) ON (e.projectId, e.threadId, e.generation, e.category, e.seq);

CREATE INDEX generation_event_by_run IF NOT EXISTS
FOR (e:RunEvent) ON (e.projectId, e.threadId, e.generation, e.runId, e.seq);

CREATE INDEX generation_event_by_run_and_category IF NOT EXISTS
FOR (e:RunEvent) ON (e.projectId, e.threadId, e.generation, e.runId, e.category, e.seq);
