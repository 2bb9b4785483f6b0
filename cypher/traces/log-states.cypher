// The watched traces that were deleted or replaced, or whose newest event differs from the given one.
UNWIND $watched AS seen
OPTIONAL MATCH (t:Trace {projectId: seen.projectId, id: seen.ownerId})
WITH seen, t
WHERE t IS NULL OR t.lastEventId <> seen.highWaterMark OR t.createdAt <> seen.generation
RETURN seen.projectId AS projectId, seen.ownerId AS ownerId, coalesce(t.lastEventId, 0) AS highWaterMark, t.createdAt AS generation
