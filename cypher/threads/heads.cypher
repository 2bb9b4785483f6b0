// Which of the watched threads have another log than the one known, or a newest run event other than the one known.
UNWIND $watched AS known
OPTIONAL MATCH (t:Thread {projectId: known.projectId, id: known.ownerId})
WITH known, t.log AS life, CASE WHEN t.log IS NULL THEN 0 ELSE t.lastSeq END AS latest
WHERE latest <> known.latest OR coalesce(life, '') <> coalesce(known.life, '')
RETURN known.projectId AS projectId, known.ownerId AS ownerId, life, latest
