// Creates messages, each in its goal or, without one, in its trace, and after the step that produced it, if one did.
// A second time the key's constraint refuses it.
UNWIND $owners AS owner
MATCH (t:Trace {projectId: owner.projectId, id: owner.traceId})
OPTIONAL MATCH (g:Goal {projectId: owner.projectId, traceId: owner.traceId, goalId: owner.goalId})
WITH owner, coalesce(g, t) AS home
UNWIND owner.messages AS row
CREATE (m:Message)-[:BELONGS_TO]->(home)
SET m = row
WITH m, row
WHERE row.stepId IS NOT NULL
MATCH (s:Step {projectId: row.projectId, id: row.stepId})
CREATE (s)-[:PRODUCED]->(m)
