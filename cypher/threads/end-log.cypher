// Ends the log of a thread, whose run events are gone: the next will begin one, and count from 1. Returns the log ended, if any.
MATCH (t:Thread {projectId: $projectId, id: $id})
WHERE t.log IS NOT NULL
WITH t, t.log AS log
SET t.log = null, t.lastSeq = 0
RETURN log
