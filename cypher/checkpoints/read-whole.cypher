// Reads checkpoints by key, with the part of their payload that is not stored as content. Unknown keys give no row.
UNWIND $keys AS key
MATCH (c:Checkpoint {projectId: key.projectId, id: key.id})
RETURN c {
  .projectId, .id, .threadId, .step, .parentId, .createdAt, .tags, .summary, .nextNode, .messageCount, .messagesId, .write,
  .writtenAt, .listKey, .digest
} AS checkpoint, c {.state, .stateIds, .toolsResult, .toolsResultIds} AS payload
