// Creates chunks. If run again, the key's constraint rejects it.
UNWIND $chunks AS row
CREATE (c:Content)
SET c = row
