// Gives runs the key that orders their lists, and indexes run events by run and type. It skips runs that have a key already, so that
// running it again continues after an interruption.
MATCH (r:Run)
WHERE r.listKey IS NULL
CALL (r) {
  SET r.listKey = coalesce(r.createdAt, '') + ' ' + r.id
} IN TRANSACTIONS OF 5000 ROWS;

CREATE INDEX generation_run_list IF NOT EXISTS
FOR (r:Run) ON (r.projectId, r.threadId, r.generation, r.listKey);

CREATE INDEX generation_event_by_run_and_type IF NOT EXISTS
FOR (e:RunEvent) ON (e.projectId, e.threadId, e.generation, e.runId, e.eventType, e.seq);
