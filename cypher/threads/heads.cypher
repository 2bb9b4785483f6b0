// The watched threads whose log generation or newest run event differs from the given one.
UNWIND $watched AS known
OPTIONAL MATCH (t:Thread {projectId: known.projectId, id: known.ownerId})
WITH known, t.generation AS life, CASE WHEN t.generation IS NULL THEN 0 ELSE t.lastSeq END AS latest
WHERE latest <> known.latest OR coalesce(life, '') <> coalesce(known.life, '')
RETURN known.projectId AS projectId, known.ownerId AS ownerId, life, latest
