// Takes the write lock of each thread, in the order given. Writing the same value again changes nothing but still locks.
// The index is one without a constraint: a seek in the key's own would also lock the entry, and keep others from creating a
// thread that was deleted meanwhile.
UNWIND $threads AS key
MATCH (t:Thread)
USING INDEX t:Thread(id, projectId)
WHERE t.projectId = key.projectId AND t.id = key.id
SET t.locked = true
