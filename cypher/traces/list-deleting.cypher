// The traces whose deletion was begun and not finished, in any project.
MATCH (d:Deleting)
WHERE d.projectId IS NOT NULL AND d.id IS NOT NULL
RETURN d.projectId AS projectId, d.id AS id
