// The traces of a project that changed within the last milliseconds of the database's clock: which, and at which event.
MATCH (t:Trace)
USING INDEX t:Trace(projectId, changedAtMs)
WHERE t.projectId = $projectId AND t.changedAtMs >= timestamp() - $withinMs
RETURN t.id AS id, t.lastEventId AS lastEventId, t.createdAt AS createdAt
