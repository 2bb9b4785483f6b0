// Reads run events by their number in a log generation. No row once the generation has ended.
MATCH (t:Thread {projectId: $projectId, id: $threadId})
WHERE t.generation = $generation
UNWIND $seqs AS seq
MATCH (e:RunEvent {projectId: $projectId, threadId: $threadId, generation: $generation, seq: seq})
RETURN {{map RunEvent e}} AS event
