// Reads checkpoints by id, without their payload. Unknown ids give no row.
UNWIND $ids AS id
MATCH (c:Checkpoint {projectId: $projectId, id: id})
RETURN c {
  .projectId, .id, .threadId, .step, .parentId, .createdAt, .tags, .summary, .nextNode, .messageCount, .messagesId, .write,
  .writtenAt, .listKey, .digest
} AS checkpoint
