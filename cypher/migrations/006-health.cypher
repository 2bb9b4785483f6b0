// The key of the node that the health probe writes. Creating the constraint again does nothing.
CREATE CONSTRAINT health_key IF NOT EXISTS
FOR (h:Health) REQUIRE (h.projectId, h.id) IS UNIQUE;
