// Which of the watched traces are gone, or have a newest event other than the one known.
UNWIND $watched AS known
OPTIONAL MATCH (t:Trace {projectId: known.projectId, id: known.traceId})
WITH known, t
WHERE t IS NULL OR t.lastEventId <> known.latest OR t.createdAt <> known.createdAt
RETURN known.projectId AS projectId, known.traceId AS traceId, t.lastEventId AS latest, t.createdAt AS createdAt
