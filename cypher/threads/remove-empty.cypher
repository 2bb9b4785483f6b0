// Deletes those of the threads to which nothing belongs and that have no log generation. The others are not changed. It uses an
// index without a constraint, as `threads/lock` does.
UNWIND $threads AS key
MATCH (t:Thread)
USING INDEX t:Thread(id, projectId)
WHERE t.projectId = key.projectId AND t.id = key.id
SET t.locked = true
WITH t
WHERE t.generation IS NULL AND NOT EXISTS { (t)--() }
DELETE t
