// The traces whose deletion has begun but not finished, in any project.
MATCH (d:Deleting)
WHERE d.projectId IS NOT NULL AND d.id IS NOT NULL
RETURN d.projectId AS projectId, d.id AS id
