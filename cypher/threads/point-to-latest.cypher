// Points threads to their checkpoint of the highest step; within a step, to the last written. Running it again changes nothing.
UNWIND $threads AS key
MATCH (t:Thread {projectId: key.projectId, id: key.id})
CALL (t) {
  MATCH (c:Checkpoint)
  USING INDEX c:Checkpoint(projectId, threadId, step, write)
  WHERE c.projectId = t.projectId AND c.threadId = t.id AND c.step >= 0 AND c.write > 0
  WITH c
  ORDER BY c.projectId DESC, c.threadId DESC, c.step DESC, c.write DESC
  LIMIT 1
  RETURN c
}
OPTIONAL MATCH (t)-[old:LATEST]->(other:Checkpoint)
WHERE other <> c
DELETE old
MERGE (t)-[:LATEST]->(c)
