// Writes the time of a probe to this server's own node, which belongs to no project. Each run writes one property.
MERGE (h:Health {projectId: $projectId, id: $id})
SET h.probedAt = timestamp()
