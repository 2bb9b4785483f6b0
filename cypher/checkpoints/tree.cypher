// The checkpoints of a thread, all their ancestors and all descendants of these, each once.
MATCH (entry:Checkpoint)
USING INDEX entry:Checkpoint(projectId, threadId, step, write)
WHERE
  entry.projectId = $projectId AND entry.threadId = $threadId AND entry.step >= 0 AND entry.write > 0 AND
  NOT EXISTS { (entry)<-[:PARENT_OF]-(:Checkpoint {threadId: $threadId}) }
MATCH (entry)<-[:PARENT_OF*0..]-(root:Checkpoint)
WHERE NOT EXISTS { (root)<-[:PARENT_OF]-(:Checkpoint) }
WITH DISTINCT root
MATCH (root)-[:PARENT_OF*0..]->(c:Checkpoint)
RETURN {{map Checkpoint c}} AS checkpoint
LIMIT $limit
