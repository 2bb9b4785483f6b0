// The parent of each trace; a row for each trace that exists.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
RETURN t.id AS id, t.parentTraceId AS parentTraceId
