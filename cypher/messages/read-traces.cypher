// Which trace each message belongs to; a row for each message that exists.
UNWIND $messages AS key
MATCH (m:Message {projectId: key.projectId, id: key.id})
RETURN m.id AS id, m.traceId AS traceId
