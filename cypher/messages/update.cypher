// Sets the given properties of messages, null removing one. The same again changes nothing.
UNWIND $messages AS row
MATCH (m:Message {projectId: row.projectId, id: row.id})
SET m += row.properties
