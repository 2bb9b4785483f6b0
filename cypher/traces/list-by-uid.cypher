// A page of traces on behalf of one user, newest first, before a list key.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, uid, listKey)
WHERE t.projectId = $projectId AND t.uid = $uid AND t.listKey < $before
  AND ($mode IS NULL OR t.mode = $mode)
  AND ($agentType IS NULL OR t.agentType = $agentType)
  AND ($status IS NULL OR t.status = $status)
WITH t
ORDER BY t.projectId DESC, t.uid DESC, t.listKey DESC
LIMIT $limit
RETURN {{Trace t}}
