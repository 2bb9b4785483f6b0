// Reads custom events by their idempotency key. Unknown keys give no row.
UNWIND $keys AS key
MATCH (e:Event {projectId: key.projectId, traceId: key.traceId, key: key.key})
RETURN e {.projectId, .traceId, .eventId, .type, .at, .payload, .key} AS event
