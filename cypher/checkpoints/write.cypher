// Writes new checkpoints with all their edges: it creates or changes their threads, creates missing content, and points the threads
// to their latest checkpoint. Checkpoints that were replaced get their edges here too. Returns how many bases, chunks, values and
// references it found: fewer than given if one was deleted meanwhile. If run again, the keys' constraints reject it.
//
// A base is a checkpoint whose content a new one takes over. It is locked, then looked for again: a deletion that was under way when it
// was read has ended then. The lock names no label, so that the index is not used: see `content/find-nodes`.
CALL () {
  UNWIND $bases AS row
  MATCH (b)
  WHERE elementId(b) = row.node AND b.projectId = row.projectId AND b.id = row.id
  SET b.locked = true
  RETURN count(*) AS locked
}
CALL (locked) {
  UNWIND $bases AS row
  MATCH (b)
  WHERE elementId(b) = row.node AND b.projectId = row.projectId AND b.id = row.id
  RETURN count(*) AS based
}
CALL () {
  UNWIND $newThreads AS row
  CREATE (t:Thread)
  SET t = row
}
CALL () {
  UNWIND $threads AS row
  MATCH (t:Thread {projectId: row.projectId, id: row.id})
  SET t += row.properties
}
CALL () {
  UNWIND $checkpoints AS row
  MATCH (t:Thread {projectId: row.projectId, id: row.threadId})
  CREATE (c:Checkpoint)-[:BELONGS_TO]->(t)
  SET c = row
}
CALL () {
  UNWIND $parents AS row
  MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
  MATCH (parent:Checkpoint {projectId: c.projectId, id: row.parentId})
  CREATE (parent)-[:PARENT_OF]->(c)
}
CALL () {
  UNWIND $places AS row
  MATCH (c:Checkpoint {projectId: row.projectId, id: row.id})
  MATCH (s:Step {projectId: c.projectId, id: row.stepId})
  CREATE (c)-[:AT]->(s)
}
CALL () {
  UNWIND $latest AS row
  MATCH (t:Thread {projectId: row.projectId, id: row.threadId})
  MATCH (c:Checkpoint {projectId: t.projectId, id: row.id})
  OPTIONAL MATCH (t)-[old:LATEST]->(other:Checkpoint)
  WITH t, c, old, other
  WHERE other IS NULL OR other.step <= row.step
  DELETE old
  CREATE (t)-[:LATEST]->(c)
}
CALL () {
  UNWIND $chunks AS row
  MERGE (c:Content {projectId: row.projectId, id: row.id})
  ON CREATE SET c += row.properties
}
CALL () {
  UNWIND $links AS row
  MATCH (c:Content {projectId: row.projectId, id: row.id})
  MATCH (before:Content {projectId: c.projectId, id: row.afterId})
  MERGE (c)-[:AFTER]->(before)
  RETURN count(*) AS linked
}
CALL () {
  UNWIND $values AS row
  MATCH (c:Content {projectId: row.projectId, id: row.id})
  MATCH (value:Content {projectId: c.projectId, id: row.valueId})
  MERGE (c)-[:VALUE]->(value)
  RETURN count(*) AS valued
}
CALL () {
  UNWIND $messages AS row
  MATCH (owner:Checkpoint {projectId: row.projectId, id: row.ownerId})
  MATCH (c:Content {projectId: owner.projectId, id: row.contentId})
  CREATE (owner)-[:MESSAGES]->(c)
  RETURN count(*) AS messages
}
CALL () {
  UNWIND $states AS row
  MATCH (owner:Checkpoint {projectId: row.projectId, id: row.ownerId})
  MATCH (c:Content {projectId: owner.projectId, id: row.contentId})
  CREATE (owner)-[:STATE {key: row.key}]->(c)
  RETURN count(*) AS states
}
CALL () {
  UNWIND $toolsResults AS row
  MATCH (owner:Checkpoint {projectId: row.projectId, id: row.ownerId})
  MATCH (c:Content {projectId: owner.projectId, id: row.contentId})
  CREATE (owner)-[:TOOLS_RESULT {key: row.key}]->(c)
  RETURN count(*) AS toolsResults
}
RETURN based, linked, valued, messages + states + toolsResults AS referenced
