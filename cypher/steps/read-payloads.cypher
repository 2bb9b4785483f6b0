// The payloads of steps, `data` without the messages of a prompt, and the content id of the prompt's last message. Unknown keys give no
// row.
UNWIND $steps AS key
MATCH (s:Step {projectId: key.projectId, id: key.id})
RETURN
  s.id AS id,
  s.messagesId AS messagesId,
  s.data AS data,
  s.input AS input,
  s.output AS output,
  s.attributes AS attributes,
  s.resource AS resource,
  s.scope AS scope,
  s.errorStack AS errorStack
