// Creates steps, each in its goal or, without one, in its trace. A second time the key's constraint refuses it.
UNWIND $owners AS owner
MATCH (t:Trace {projectId: owner.projectId, id: owner.traceId})
OPTIONAL MATCH (g:Goal {projectId: owner.projectId, traceId: owner.traceId, goalId: owner.goalId})
WITH owner, coalesce(g, t) AS home
UNWIND owner.steps AS row
CREATE (s:Step)-[:BELONGS_TO]->(home)
SET s = row
