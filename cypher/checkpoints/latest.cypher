// The latest checkpoint of each thread; a thread without checkpoints gives no row.
UNWIND $ids AS id
MATCH (t:Thread {projectId: $projectId, id: id})
MATCH (t)-[:LATEST]->(c:Checkpoint)
RETURN id AS threadId, c {
  .projectId, .id, .threadId, .step, .parentId, .createdAt, .tags, .summary, .nextNode, .messageCount, .messagesId, .write,
  .writtenAt, .listKey, .digest
} AS checkpoint
