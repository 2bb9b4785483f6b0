// The data of steps without the messages of a prompt, and the content id of the last message. Unknown keys give no row.
UNWIND $steps AS key
MATCH (s:Step {projectId: key.projectId, id: key.id})
RETURN s.id AS id, s.data AS data, s.messagesId AS messagesId
