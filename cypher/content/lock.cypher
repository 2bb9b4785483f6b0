// Takes the write lock of each chunk, in the order given. Writing the same value again changes nothing but still locks. It skips
// a node that was deleted meanwhile, even if another node now has its id. It names no label, so that the index is not used.
UNWIND $chunks AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id
SET c.locked = true
