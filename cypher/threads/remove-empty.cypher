// Removes those of the threads to which nothing belongs and that have no log generation. Others stay as they are. The index is one
// without a constraint, as in `threads/lock`.
UNWIND $threads AS key
MATCH (t:Thread)
USING INDEX t:Thread(id, projectId)
WHERE t.projectId = key.projectId AND t.id = key.id
SET t.locked = true
WITH t
WHERE t.generation IS NULL AND NOT EXISTS { (t)--() }
DELETE t
