// Where in a trace do the edges differ from the ids that its nodes carry? No row when each edge is there, once.
CALL () {
  MATCH (g:Goal)
  USING INDEX g:Goal(projectId, traceId, goalId)
  WHERE g.projectId = $projectId AND g.traceId = $traceId AND g.goalId IS NOT NULL
  WITH
    g,
    [(p:Goal)-[:PARENT_OF]->(g) | p.traceId + ' ' + p.goalId] AS parents,
    [(g)-[:BELONGS_TO]->(t) | labels(t)[0] + ' ' + t.id] AS homes
  UNWIND [
    ['parent', CASE WHEN g.parentId IS NULL THEN [] ELSE [g.traceId + ' ' + g.parentId] END, parents],
    ['home', ['Trace ' + g.traceId], homes]
  ] AS edge
  RETURN 'Goal' AS label, g.goalId AS id, edge[0] AS name, edge[1] AS expected, edge[2] AS found
  UNION ALL
  MATCH (m:Message)
  USING INDEX m:Message(projectId, traceId, sequence)
  WHERE m.projectId = $projectId AND m.traceId = $traceId AND m.sequence > 0
  WITH
    m,
    [(s:Step)-[:PRODUCED]->(m) | s.id] AS steps,
    [(m)-[:BELONGS_TO]->(home) | labels(home)[0] + ' ' + coalesce(home.traceId + ' ' + home.goalId, home.id)] AS homes
  UNWIND [
    ['step', CASE WHEN m.stepId IS NULL THEN [] ELSE [m.stepId] END, steps],
    ['home', [coalesce('Goal ' + m.traceId + ' ' + m.goalId, 'Trace ' + m.traceId)], homes]
  ] AS edge
  RETURN 'Message' AS label, m.id AS id, edge[0] AS name, edge[1] AS expected, edge[2] AS found
  UNION ALL
  MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, sequence)
  WHERE s.projectId = $projectId AND s.traceId = $traceId AND s.sequence > 0
  CALL (s) {
    OPTIONAL MATCH (p:Step)-[:PARENT_OF]->(s)
    WITH p.id AS parent
    ORDER BY parent
    RETURN collect(parent) AS parents
  }
  CALL (s) {
    UNWIND CASE WHEN size(s.parentIds) = 0 THEN [null] ELSE s.parentIds END AS parent
    WITH parent
    ORDER BY parent
    RETURN collect(parent) AS parentIds
  }
  WITH
    s, parents, parentIds,
    [(s)-[:BELONGS_TO]->(home) | labels(home)[0] + ' ' + coalesce(home.traceId + ' ' + home.goalId, home.id)] AS homes
  UNWIND [
    ['parents', parentIds, parents],
    ['home', [coalesce('Goal ' + s.traceId + ' ' + s.goalId, 'Trace ' + s.traceId)], homes]
  ] AS edge
  RETURN 'Step' AS label, s.id AS id, edge[0] AS name, edge[1] AS expected, edge[2] AS found
  UNION ALL
  MATCH (t:Trace {projectId: $projectId, id: $traceId})
  OPTIONAL MATCH (known:Trace {projectId: t.projectId, id: t.parentTraceId})
  WITH
    t, known,
    [(p:Trace)-[:PARENT_OF]->(t) | p.id] AS parents,
    [(t)-[:BELONGS_TO]->(g:Goal) | g.traceId + ' ' + g.goalId] AS goals
  // The id of a parent that was deleted is kept, without an edge.
  UNWIND [
    ['parent', CASE WHEN known IS NULL THEN [] ELSE [known.id] END, parents],
    ['goal', CASE WHEN known IS NULL OR t.parentGoalId IS NULL THEN [] ELSE [known.id + ' ' + t.parentGoalId] END, goals]
  ] AS edge
  RETURN 'Trace' AS label, t.id AS id, edge[0] AS name, edge[1] AS expected, edge[2] AS found
}
WITH label, id, name, expected, found
WHERE expected <> found
RETURN label, id, name AS edge, expected, found
ORDER BY label, id, edge
