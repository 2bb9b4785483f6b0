// Reads checkpoints by key, with the part of their payload that is not stored as content. Unknown keys give no row.
UNWIND $keys AS key
MATCH (c:Checkpoint {projectId: key.projectId, id: key.id})
RETURN
  {{map Checkpoint c}} AS checkpoint,
  c {.state, .stateIds, .stateId, .toolsResult, .toolsResultIds, .toolsResultId} AS payload
