// Gives run events, runs and threads the log generation that their thread's `log` named, and threads the count of their events.
// It skips what has a generation already, so that running it again continues after an interruption.
MATCH (e:RunEvent)-[:BELONGS_TO]->(:Run)-[:BELONGS_TO]->(t:Thread)
WHERE e.generation IS NULL
CALL (e, t) {
  SET e.generation = t.log
} IN TRANSACTIONS OF 5000 ROWS;

MATCH (r:Run)-[:BELONGS_TO]->(t:Thread)
WHERE r.generation IS NULL
CALL (r, t) {
  SET r.generation = t.log
} IN TRANSACTIONS OF 5000 ROWS;

MATCH (t:Thread)
WHERE t.eventCount IS NULL
CALL (t) {
  SET
    t.generation = t.log,
    t.eventCount = COUNT { (t)<-[:BELONGS_TO]-(:Run)<-[:BELONGS_TO]-(:RunEvent) }
  REMOVE t.log
} IN TRANSACTIONS OF 100 ROWS;
