// Reads custom events by their idempotency key. Unknown keys give no row.
UNWIND $keys AS key
MATCH (e:Event {projectId: key.projectId, traceId: key.traceId, key: key.key})
RETURN {{map Event e}} AS event
