// The steps of traces that await one of the given ids.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.traceId})
WHERE t.awaitingSteps > 0
CALL (row) {
  MATCH (s:Step)
  USING INDEX s:Step(projectId, traceId, awaitingSequence)
  WHERE s.projectId = row.projectId AND s.traceId = row.traceId AND s.awaitingSequence > 0
    AND any(id IN s.awaits WHERE id IN row.ids)
  RETURN s
}
RETURN {{Step s}}
