// Deletes each of the chunks that nothing references, with up to 999 chunks before it that nothing else references. Returns how
// many, and what may be next: the chunk before the last of each, and the values that they named. The others are kept, so running it
// again deletes nothing. The walk ends at the first chunk that something else references, so it does not traverse a long list that
// others share.
UNWIND $chunks AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id AND NOT EXISTS { (c)<--() }
CALL (c) {
  MATCH (c) ((:Content)-[:AFTER]->(b:Content) WHERE COUNT { (b)<--() } = 1){0,999} (chunk:Content)
  RETURN collect(chunk) AS chunks, min(chunk.position) AS lowest
}
UNWIND chunks AS chunk
OPTIONAL MATCH (chunk)-[after:AFTER]->(before:Content)
CALL (chunk) {
  OPTIONAL MATCH (chunk)-[link:VALUE]->(value:Content)
  RETURN collect(link) AS links, collect(value {.projectId, .id}) AS values
}
WITH
  chunk, after, links,
  values + CASE WHEN chunk.position = lowest AND before IS NOT NULL THEN [before {.projectId, .id}] ELSE [] END AS next
FOREACH (link IN links | DELETE link)
DELETE after, chunk
WITH count(*) AS collected, collect(next) AS lists
RETURN collected, reduce(all = [], list IN lists | all + list) AS next
