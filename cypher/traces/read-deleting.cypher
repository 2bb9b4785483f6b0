// Which of these deleted traces still have contents to be removed.
UNWIND $traces AS key
MATCH (d:Deleting {projectId: key.projectId, id: key.id})
RETURN d.projectId AS projectId, d.id AS id
