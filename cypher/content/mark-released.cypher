// Marks pieces that nothing may lead to any more, to be freed later. A second time changes nothing.
UNWIND $pieces AS key
MATCH (c:Content {projectId: key.projectId, id: key.id})
SET c:Released
