// Sets the given properties of threads; null removes a property. Running it again changes nothing.
UNWIND $threads AS row
MATCH (t:Thread {projectId: row.projectId, id: row.id})
SET t += row.properties
