// Links chunks to the chunks before them and to the values that they name, and returns how many: fewer if one is missing. Running it
// again links none.
CALL () {
  UNWIND $links AS row
  MATCH (c:Content {projectId: row.projectId, id: row.id})
  MATCH (before:Content {projectId: c.projectId, id: row.afterId})
  MERGE (c)-[:AFTER]->(before)
  RETURN count(*) AS linked
}
CALL () {
  UNWIND $values AS row
  MATCH (c:Content {projectId: row.projectId, id: row.id})
  MATCH (value:Content {projectId: c.projectId, id: row.valueId})
  MERGE (c)-[:VALUE]->(value)
  RETURN count(*) AS valued
}
RETURN linked, valued
