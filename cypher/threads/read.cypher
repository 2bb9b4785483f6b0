// Reads threads by key. Unknown keys give no row.
UNWIND $threads AS key
MATCH (t:Thread {projectId: key.projectId, id: key.id})
RETURN t {.projectId, .id, .createdAt, .updatedAt, .generation, .lastSeq, .eventCount, .lastWrite, .checkpointKey} AS thread
