// Ends the log generation of a thread, and returns it with the number of its events, which are deleted later. The next event
// begins a new one. A thread without a generation gives no row and is not changed.
MATCH (t:Thread {projectId: $projectId, id: $id})
WHERE t.generation IS NOT NULL
WITH t, t.generation AS generation, t.eventCount AS events
SET t.generation = null, t.lastSeq = 0, t.eventCount = 0
CREATE (:EndedGeneration {projectId: $projectId, threadId: $id, generation: generation})
RETURN generation, events
