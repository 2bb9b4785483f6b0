// All that writes of checkpoints read, as one row of lists: their threads; the checkpoints that they replace or take content from,
// with the payload of the latter; the ids that stored checkpoints name as their parent; the steps that exist; which chunks are stored;
// and the end of each stored object that a new one may be like, with its chunks if they are wanted or if the change has no room, unless
// the writer has them.
RETURN
  COLLECT {
    UNWIND $threads AS key
    MATCH (t:Thread {projectId: key.projectId, id: key.id})
    RETURN {{map Thread t}}
  } AS threads,
  COLLECT {
    UNWIND $checkpoints AS key
    MATCH (c:Checkpoint {projectId: key.projectId, id: key.id})
    WITH
      c,
      CASE WHEN key.withPayload THEN c {.state, .stateIds, .stateId, .toolsResult, .toolsResultIds, .toolsResultId} END AS payload
    RETURN {checkpoint: {{map Checkpoint c}}, payload: payload, node: elementId(c)}
  } AS checkpoints,
  COLLECT {
    UNWIND $written AS key
    CALL (key) {
      MATCH (child:Checkpoint)
      USING INDEX child:Checkpoint(projectId, parentId, listKey)
      WHERE child.projectId = key.projectId AND child.parentId = key.id AND child.listKey > ''
      RETURN child.parentId AS id
      LIMIT 1
    }
    RETURN {projectId: key.projectId, id: id}
  } AS awaited,
  COLLECT {
    UNWIND $steps AS key
    MATCH (s:Step {projectId: key.projectId, id: key.id})
    RETURN {projectId: s.projectId, id: s.id}
  } AS steps,
  COLLECT {
    UNWIND $chunks AS key
    MATCH (c:Content {projectId: key.projectId, id: key.id})
    RETURN {projectId: c.projectId, id: c.id}
  } AS stored,
  COLLECT {
    UNWIND $objects AS wanted
    OPTIONAL MATCH (named:Checkpoint {projectId: wanted.projectId, id: wanted.baseId})
    OPTIONAL MATCH (:Thread {projectId: wanted.projectId, id: wanted.threadId})-[:LATEST]->(latest:Checkpoint)
    WITH wanted, coalesce(named, latest) AS base
    MATCH (last:Content {
      projectId: wanted.projectId,
      id: CASE wanted.owning WHEN 'STATE' THEN base.stateId ELSE base.toolsResultId END
    })
    WITH
      wanted,
      last,
      (wanted.isWhole OR last.position > $mostChanges OR last.room < wanted.size) AND NOT last.id IN $cachedIds AS isRead
    CALL (last, isRead) {
      MATCH (last)-[:AFTER*0..]->(c:Content)
      WHERE isRead
      RETURN collect({position: c.position, text: c.text}) AS chunks
    }
    RETURN {
      projectId: wanted.projectId, ownerId: wanted.ownerId, owning: wanted.owning,
      id: last.id, position: last.position, room: last.room, chunks: chunks
    }
  } AS objects
