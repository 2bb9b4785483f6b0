// Creates traces, without parents yet. If run again, the key's constraint rejects it.
UNWIND $traces AS row
CREATE (t:Trace)
SET t = row, t.changedAtMs = timestamp()
