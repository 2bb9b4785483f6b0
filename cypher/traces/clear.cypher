// Removes the last of a trace that was deleted.
MATCH (d:Deleting {projectId: $projectId, id: $id})
DETACH DELETE d
