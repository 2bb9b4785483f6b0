// Takes the write lock of each piece, in the order given. Writing the same value again changes nothing but still locks.
UNWIND $pieces AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
SET c.locked = true
