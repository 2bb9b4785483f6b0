// Appends events to the logs of their traces. A second time the key's constraint refuses it.
UNWIND $logs AS log
MATCH (t:Trace {projectId: log.projectId, id: log.traceId})
UNWIND log.events AS row
CREATE (e:Event)-[:BELONGS_TO]->(t)
SET e = row
