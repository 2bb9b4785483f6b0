// Appends run events to their runs. If run again, the key's constraint rejects it.
UNWIND $runs AS item
MATCH (r:Run {projectId: item.run.projectId, threadId: item.run.threadId, generation: item.run.generation, id: item.run.id})
UNWIND item.events AS row
CREATE (e:RunEvent)-[:BELONGS_TO]->(r)
SET e = row
