// Sets the given properties of threads, null removing one. The same again changes nothing.
UNWIND $threads AS row
MATCH (t:Thread {projectId: row.projectId, id: row.id})
SET t += row.properties
