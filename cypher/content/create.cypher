// Creates those of the chunks that are missing. Running it again creates none.
UNWIND $chunks AS row
MERGE (c:Content {projectId: row.projectId, id: row.id})
ON CREATE SET c += row.properties
