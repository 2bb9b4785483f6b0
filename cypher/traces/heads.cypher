// The watched traces that were deleted or replaced, or whose newest event differs from the given one.
UNWIND $watched AS known
OPTIONAL MATCH (t:Trace {projectId: known.projectId, id: known.ownerId})
WITH known, t
WHERE t IS NULL OR t.lastEventId <> known.latest OR t.createdAt <> known.life
RETURN known.projectId AS projectId, known.ownerId AS ownerId, coalesce(t.lastEventId, 0) AS latest, t.createdAt AS life
