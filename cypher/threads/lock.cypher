// Takes the write lock of each thread, in the order given. Writing the same value again changes nothing but still locks.
// It uses an index without a constraint: a seek in the key's own index would also lock the entry, and keep others from creating
// a thread that was deleted meanwhile. Returns the threads that it locked. A thread that another transaction creates later is not
// locked, although later statements see it.
UNWIND $threads AS key
MATCH (t:Thread)
USING INDEX t:Thread(id, projectId)
WHERE t.projectId = key.projectId AND t.id = key.id
SET t.locked = true
RETURN t.projectId AS projectId, t.id AS id
