// The newest message of a goal except a given one, with its content; no row if there is none.
MATCH (m:Message)
USING INDEX m:Message(projectId, traceId, goalId, sequence)
WHERE m.projectId = $projectId AND m.traceId = $traceId AND m.goalId = $goalId AND m.sequence > 0
WITH m
ORDER BY m.projectId DESC, m.traceId DESC, m.goalId DESC, m.sequence DESC
LIMIT 2
WITH m
WHERE m.id <> $exceptId
RETURN m.sequence AS sequence, m.content AS content, m.contentJson AS contentJson
LIMIT 1
