// Marks pieces that nothing may lead to any more, to be freed later. A second time changes nothing.
UNWIND $pieces AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id
SET c:Released
