// Keeps these ids, there or not, from being locked by another transaction before this one ends. Leaves nothing behind.
UNWIND $keys AS key
MERGE (lock:CheckpointLock {projectId: key.projectId, id: key.id})
DELETE lock
