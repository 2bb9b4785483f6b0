// For each step, the checkpoint taken at it or at the nearest step it depends on: among steps at the same distance, at the newest
// step; among checkpoints at one step, the last written. A step without any gives no row.
UNWIND $ids AS id
CALL (id) {
  MATCH p = (:Step {projectId: $projectId, id: id})<-[:PARENT_OF*0..]-(s:Step)
  WITH s, min(length(p)) AS distance
  MATCH (s)<-[:AT]-(c:Checkpoint)
  WITH c, s, distance
  ORDER BY distance, s.sequence DESC, c.listKey DESC
  LIMIT 1
  RETURN {{map Checkpoint c}} AS checkpoint
}
RETURN id AS stepId, checkpoint
