// Keeps other transactions from locking these ids, whether they exist or not, until this one ends. Leaves nothing behind.
UNWIND $keys AS key
MERGE (lock:CheckpointLock {projectId: key.projectId, id: key.id})
DELETE lock
