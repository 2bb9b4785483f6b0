// A page of traces of one agent type, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, agentType, listKey)
WHERE t.projectId = $projectId AND t.agentType = $agentType AND t.listKey < $before
  AND ($mode IS NULL OR t.mode = $mode)
  AND ($uid IS NULL OR t.uid = $uid)
  AND ($status IS NULL OR t.status = $status)
WITH t
ORDER BY t.projectId DESC, t.agentType DESC, t.listKey DESC
LIMIT $limit
RETURN {{Trace t}}
