// Creates goals in their trace, without parents yet. If run again, the key's constraint rejects it.
UNWIND $goals AS row
MATCH (t:Trace {projectId: row.projectId, id: row.traceId})
CREATE (g:Goal)-[:BELONGS_TO]->(t)
SET g = row
