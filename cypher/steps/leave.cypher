// Removes the edges of steps to the step that they were called in.
UNWIND $steps AS row
MATCH (s:Step {projectId: row.projectId, id: row.id})-[old:WITHIN]->()
DELETE old
