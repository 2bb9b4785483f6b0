// Where in which trace was each checkpoint of a thread taken, and what was being done there?
MATCH (c:Checkpoint)
USING INDEX c:Checkpoint(projectId, threadId, step, write)
WHERE c.projectId = $projectId AND c.threadId = $threadId AND c.step >= 0 AND c.write > 0
OPTIONAL MATCH (c)-[:AT]->(s:Step)
OPTIONAL MATCH (t:Trace {projectId: s.projectId, id: s.traceId})
RETURN
  c.step AS step,
  c.id AS checkpointId,
  c.nextNode AS nextNode,
  c.messageCount AS messages,
  t.id AS traceId,
  t.status AS status,
  s.id AS stepId,
  s.sequence AS sequence,
  s.type AS type,
  coalesce(s.toolName, s.model) AS name
ORDER BY step, c.write
