// Creates traces, without parents yet. A second time the key's constraint refuses it.
UNWIND $traces AS row
CREATE (t:Trace)
SET t = row, t.changedAtMs = timestamp()
