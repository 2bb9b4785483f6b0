// A page of traces of one mode, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, mode, listKey)
WHERE t.projectId = $projectId AND t.mode = $mode AND t.listKey < $before
  AND ($agentType IS NULL OR t.agentType = $agentType)
  AND ($uid IS NULL OR t.uid = $uid)
  AND ($status IS NULL OR t.status = $status)
WITH t
ORDER BY t.projectId DESC, t.mode DESC, t.listKey DESC
LIMIT $limit
RETURN {{Trace t}}
