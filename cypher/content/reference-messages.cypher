// Makes checkpoints reference their last message, and returns how many: fewer if one is missing. Run it once for each.
UNWIND $references AS row
MATCH (owner:Checkpoint {projectId: row.projectId, id: row.ownerId})
MATCH (c:Content {projectId: owner.projectId, id: row.contentId})
CREATE (owner)-[:MESSAGES]->(c)
RETURN count(*) AS referenced
