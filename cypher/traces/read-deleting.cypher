// Which of these traces are still being cleared away.
UNWIND $traces AS key
MATCH (d:Deleting {projectId: key.projectId, id: key.id})
RETURN d.projectId AS projectId, d.id AS id
