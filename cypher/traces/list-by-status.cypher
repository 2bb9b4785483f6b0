// A page of traces of one status, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, status, listKey)
WHERE t.projectId = $projectId AND t.status = $status AND t.listKey < $before
  AND ($mode IS NULL OR t.mode = $mode)
  AND ($agentType IS NULL OR t.agentType = $agentType)
  AND ($uid IS NULL OR t.uid = $uid)
WITH t
ORDER BY t.projectId DESC, t.status DESC, t.listKey DESC
LIMIT $limit
RETURN {{Trace t}}
