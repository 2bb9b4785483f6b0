// Writes the time of a probe to a node of the server's own, which belongs to no project. Each run writes one property.
MERGE (h:Health {projectId: $projectId, id: $id})
SET h.probedAt = timestamp()
