// Puts new steps below their parents. Run once for a step: a second time would double its edges.
UNWIND $links AS link
MATCH (s:Step {projectId: link.projectId, id: link.id})
UNWIND link.parentIds AS parentId
MATCH (p:Step {projectId: link.projectId, id: parentId})
CREATE (p)-[:PARENT_OF]->(s)
