// Creates pieces. If run again, the key's constraint rejects it.
UNWIND $pieces AS row
CREATE (c:Content)
SET c = row
