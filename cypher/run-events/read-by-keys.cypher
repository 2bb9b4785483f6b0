// Reads run events of the current log generations by their idempotency key. Unknown keys give no row.
UNWIND $keys AS key
MATCH (t:Thread {projectId: key.projectId, id: key.threadId})
MATCH (e:RunEvent {projectId: key.projectId, threadId: key.threadId, generation: t.generation, key: key.key})
RETURN {{map RunEvent e}} AS event
