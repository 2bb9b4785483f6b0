// A page of traces, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, listKey)
WHERE t.projectId = $projectId AND t.listKey < $before
  AND ($mode IS NULL OR t.mode = $mode)
  AND ($agentType IS NULL OR t.agentType = $agentType)
  AND ($uid IS NULL OR t.uid = $uid)
  AND ($status IS NULL OR t.status = $status)
WITH t
ORDER BY t.projectId DESC, t.listKey DESC
LIMIT $limit
RETURN {{Trace t}}
