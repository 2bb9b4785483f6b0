// Removes those of the pieces that nothing leads to, each with those before it to which nothing else led, and returns the
// pieces that it stopped at: they may be next. Others stay, so a second time removes nothing.
UNWIND $pieces AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
WHERE NOT EXISTS { (c)<--() }
CALL (c) {
  OPTIONAL MATCH (c)-[:AFTER*1..]->(kept:Content)
  WHERE COUNT { (kept)<--() } > 1
  RETURN coalesce(max(kept.position), 0) AS keptUpTo
}
MATCH (c)-[:AFTER*0..]->(piece:Content)
WHERE piece.position > keptUpTo
OPTIONAL MATCH (piece)-[after:AFTER]->(before:Content)
WITH piece, after, CASE WHEN before.position = keptUpTo THEN before {.projectId, .id} END AS next
DELETE after, piece
WITH DISTINCT next
WHERE next IS NOT NULL
RETURN next.projectId AS projectId, next.id AS id
