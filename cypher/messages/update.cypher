// Sets the given properties of messages; null removes a property. Running it again changes nothing.
UNWIND $messages AS row
MATCH (m:Message {projectId: row.projectId, id: row.id})
SET m += row.properties
