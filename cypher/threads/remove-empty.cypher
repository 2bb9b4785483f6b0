// Removes those of the threads to which nothing belongs and whose counter has given out nothing. Others stay as they are.
UNWIND $threads AS key
MATCH (t:Thread {projectId: key.projectId, id: key.id})
SET t.locked = true
WITH t
WHERE t.log IS NULL AND NOT EXISTS { (t)--() }
DELETE t
