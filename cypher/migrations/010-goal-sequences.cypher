// Numbers the goals of each trace in the order in which they were added. Goals that one write added have the same time: of these,
// parents come first. It skips traces that are numbered already, so that running it again continues after an interruption.
MATCH (t:Trace)
WHERE t.lastGoalSequence IS NULL
CALL (t) {
  CALL (t) {
    MATCH (g:Goal)
    WHERE g.projectId = t.projectId AND g.traceId = t.id AND g.goalId IS NOT NULL
    WITH g, COUNT { (g)<-[:PARENT_OF*1..]-(:Goal) } AS depth
    ORDER BY g.createdAt, depth, g.order, g.goalId
    RETURN collect(g) AS goals
  }
  FOREACH (index IN range(0, size(goals) - 1) |
    FOREACH (g IN [goals[index]] | SET g.sequence = index + 1)
  )
  SET t.lastGoalSequence = size(goals)
} IN TRANSACTIONS OF 100 ROWS;

CREATE CONSTRAINT goal_sequence IF NOT EXISTS
FOR (g:Goal) REQUIRE (g.projectId, g.traceId, g.sequence) IS UNIQUE;
