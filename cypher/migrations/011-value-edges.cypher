// Creates the type of the edges from an object's content to its long values before its first use: see `007-edge-types`. Creating it
// again does nothing.
CALL db.createRelationshipType('VALUE');
