// Creates threads. A second time the key's constraint refuses it.
UNWIND $threads AS row
CREATE (t:Thread)
SET t = row
