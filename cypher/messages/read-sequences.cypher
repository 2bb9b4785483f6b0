// Which of these sequences have a message.
UNWIND $sequences AS key
MATCH (m:Message {projectId: key.projectId, traceId: key.traceId, sequence: key.sequence})
RETURN 'Message' AS label, m.projectId AS projectId, m.traceId AS traceId, m.sequence AS sequence
