// Reads run events by their idempotency key. Unknown keys give no row.
UNWIND $keys AS key
MATCH (e:RunEvent {projectId: key.projectId, threadId: key.threadId, key: key.key})
RETURN e {
  .projectId, .threadId, .seq, .runId, .eventType, .category, .content, .contentJson, .metadata, .createdAt, .key, .digest
} AS event
