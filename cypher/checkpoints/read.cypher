// Reads checkpoints by id, without their payload. Unknown ids give no row.
UNWIND $ids AS id
MATCH (c:Checkpoint {projectId: $projectId, id: id})
RETURN {{map Checkpoint c}} AS checkpoint
