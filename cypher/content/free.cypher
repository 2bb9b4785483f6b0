// Removes those of the pieces that nothing leads to, each with up to 999 before it to which nothing else led. Counts them, and
// returns the piece before the last of each, which may be next. Others stay, so a second time removes nothing.
// The walk ends at the first piece that something else leads to: a long list that others share is not walked through.
UNWIND $pieces AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id AND NOT EXISTS { (c)<--() }
CALL (c) {
  MATCH (c) ((:Content)-[:AFTER]->(b:Content) WHERE COUNT { (b)<--() } = 1){0,999} (piece:Content)
  RETURN collect(piece) AS pieces, min(piece.position) AS lowest
}
UNWIND pieces AS piece
OPTIONAL MATCH (piece)-[after:AFTER]->(before:Content)
WITH piece, after, CASE WHEN piece.position = lowest THEN before {.projectId, .id} END AS next
DELETE after, piece
RETURN count(*) AS freed, collect(DISTINCT next) AS next
