// Takes the write lock of each piece, in the order given. Writing the same value again changes nothing but still locks. A node
// that was removed meanwhile is passed over, also if another now has its place. Without a label, so that the index is not used.
UNWIND $pieces AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id
SET c.locked = true
