// Reads messages by key; their content only where requested. Unknown keys give no row.
UNWIND $messages AS key
MATCH (m:Message {projectId: key.projectId, id: key.id})
RETURN {{Message m}},
  CASE WHEN key.withContent THEN m.content END AS content,
  CASE WHEN key.withContent THEN m.contentJson END AS contentJson,
  CASE WHEN key.withContent THEN m.original END AS original
