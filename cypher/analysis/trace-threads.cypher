// In which threads did a trace and the traces below it run, and where does each of these threads stand?
MATCH p = (:Trace {projectId: $projectId, id: $traceId})-[:PARENT_OF*0..]->(t:Trace)
WITH t, length(p) AS depth
MATCH (t)-[:BELONGS_TO]->(thread:Thread)
OPTIONAL MATCH (thread)-[:LATEST]->(c:Checkpoint)
RETURN
  depth,
  t.id AS traceId,
  t.status AS status,
  thread.id AS threadId,
  thread.updatedAt AS lastWritten,
  COUNT { (thread)<-[:BELONGS_TO]-(:Trace) } AS tracesInThread,
  c.id AS latestCheckpointId,
  c.step AS latestStep
ORDER BY depth, t.listKey
