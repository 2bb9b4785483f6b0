// Creates threads. If run again, the key's constraint rejects it.
UNWIND $threads AS row
CREATE (t:Thread)
SET t = row
