// The watched threads whose log generation or newest run event differs from the given one.
UNWIND $watched AS seen
OPTIONAL MATCH (t:Thread {projectId: seen.projectId, id: seen.ownerId})
WITH seen, t.generation AS generation, CASE WHEN t.generation IS NULL THEN 0 ELSE t.lastSeq END AS highWaterMark
WHERE highWaterMark <> seen.highWaterMark OR coalesce(generation, '') <> coalesce(seen.generation, '')
RETURN seen.projectId AS projectId, seen.ownerId AS ownerId, generation, highWaterMark
