// Marks chunks that may no longer be referenced, to be garbage-collected later. Running it again changes nothing.
UNWIND $chunks AS key
MATCH (c)
WHERE elementId(c) = key.node AND c.projectId = key.projectId AND c.id = key.id
SET c:Released
