// Takes the write lock of each trace, in the order given. Writing the same value again changes nothing but still locks.
UNWIND $traces AS key
MATCH (t:Trace {projectId: key.projectId, id: key.id})
SET t.locked = true
