// Takes the write lock of each thread, then those of the ids of checkpoints, whether these exist or not, each in the order given.
// Leaves nothing behind. Returns the threads that it locked: see `threads/lock` and `checkpoints/lock-keys`.
CALL () {
  UNWIND $threads AS key
  MATCH (t:Thread)
  USING INDEX t:Thread(id, projectId)
  WHERE t.projectId = key.projectId AND t.id = key.id
  SET t.locked = true
  RETURN collect({projectId: t.projectId, id: t.id}) AS locked
}
CALL () {
  UNWIND $keys AS key
  MERGE (lock:CheckpointLock {projectId: key.projectId, id: key.id})
  DELETE lock
}
RETURN locked
