// Creates goals in their trace, without parents yet. A second time the key's constraint refuses it.
UNWIND $goals AS row
MATCH (t:Trace {projectId: row.projectId, id: row.traceId})
CREATE (g:Goal)-[:BELONGS_TO]->(t)
SET g = row
