// Deletes each of the chunks that nothing references, with up to 999 chunks before it that nothing else references. Returns how
// many, and the chunk before the last of each, which may be next. The others are kept, so running it again deletes nothing.
// The walk ends at the first chunk that something else references, so it does not traverse a long list that others share.
UNWIND $chunks AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id AND NOT EXISTS { (c)<--() }
CALL (c) {
  MATCH (c) ((:Content)-[:AFTER]->(b:Content) WHERE COUNT { (b)<--() } = 1){0,999} (chunk:Content)
  RETURN collect(chunk) AS chunks, min(chunk.position) AS lowest
}
UNWIND chunks AS chunk
OPTIONAL MATCH (chunk)-[after:AFTER]->(before:Content)
WITH chunk, after, CASE WHEN chunk.position = lowest THEN before {.projectId, .id} END AS next
DELETE after, chunk
RETURN count(*) AS collected, collect(DISTINCT next) AS next
