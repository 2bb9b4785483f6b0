// Creates pieces. A second time the key's constraint refuses it.
UNWIND $pieces AS row
CREATE (c:Content)
SET c = row
