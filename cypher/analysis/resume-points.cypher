// From where can a run be resumed: the nearest checkpoint back from a step, or from the last step of each failed trace?
CALL () {
  MATCH (s:Step {projectId: $projectId, id: $stepId})
  RETURN s
  UNION ALL
  MATCH (t:Trace)
  USING INDEX t:Trace(projectId, status, listKey)
  WHERE $stepId IS NULL AND t.projectId = $projectId AND t.status = 'failed' AND t.listKey > ''
  MATCH (s:Step {projectId: t.projectId, traceId: t.id, sequence: t.lastStepSequence})
  RETURN s
}
MATCH (t:Trace {projectId: s.projectId, id: s.traceId})
OPTIONAL CALL (s) {
  MATCH p = (s)<-[:PARENT_OF*0..]-(at:Step)
  WITH at, min(length(p)) AS distance
  MATCH (at)<-[:AT]-(c:Checkpoint)
  RETURN at, distance, c
  ORDER BY distance, at.sequence DESC, c.listKey DESC
  LIMIT 1
}
RETURN
  t.id AS traceId,
  t.status AS status,
  t.error AS error,
  s.id AS stepId,
  distance,
  at.id AS takenAtStepId,
  c.id AS checkpointId,
  c.threadId AS threadId,
  c.step AS step,
  c.nextNode AS nextNode
ORDER BY t.listKey
