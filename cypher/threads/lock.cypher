// Takes the write lock of each thread, in the order given. Writing the same value again changes nothing but still locks.
UNWIND $threads AS key
MATCH (t:Thread {projectId: key.projectId, id: key.id})
SET t.locked = true
