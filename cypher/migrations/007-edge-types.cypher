// Creates the types of all edges before their first use: Neo4j warns about a query that names a type it does not know. Creating a
// type again does nothing.
CALL db.createRelationshipType('AFTER');

CALL db.createRelationshipType('AT');

CALL db.createRelationshipType('BELONGS_TO');

CALL db.createRelationshipType('LATEST');

CALL db.createRelationshipType('MESSAGES');

CALL db.createRelationshipType('PARENT_OF');

CALL db.createRelationshipType('PRODUCED');

CALL db.createRelationshipType('STATE');

CALL db.createRelationshipType('TOOLS_RESULT');
