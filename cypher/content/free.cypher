// Deletes each of the pieces that nothing references, with up to 999 pieces before it that nothing else references. Returns how
// many, and the piece before the last of each, which may be next. The others are kept, so running it again deletes nothing.
// The walk ends at the first piece that something else references, so it does not traverse a long list that others share.
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
