// The traces of a project changed within the last $withinMs milliseconds by the database's clock, with their newest event id.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, changedAtMs)
WHERE t.projectId = $projectId AND t.changedAtMs >= timestamp() - $withinMs
RETURN t.id AS id, t.lastEventId AS lastEventId, t.createdAt AS createdAt
