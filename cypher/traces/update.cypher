// Sets the given properties of traces, null removing one. The same again changes nothing but the time of change.
UNWIND $traces AS row
MATCH (t:Trace {projectId: row.projectId, id: row.id})
SET t += row.properties, t.changedAtMs = timestamp()
