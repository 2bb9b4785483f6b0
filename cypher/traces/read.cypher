// Reads traces by key; `context` and `metadata` only where requested. Unknown keys give no row.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
RETURN {{Trace t}},
  CASE WHEN key.withContext THEN t.context END AS context,
  CASE WHEN key.withContext THEN t.metadata END AS metadata
