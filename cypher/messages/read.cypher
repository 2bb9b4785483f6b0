// Reads messages by key; their content only where asked for. Unknown keys give no row.
UNWIND $messages AS key
MATCH (m:Message {projectId: key.projectId, id: key.id})
RETURN m {
  .projectId, .id, .traceId, .sequence, .role, .goalId, .toolCallId, .stepId, .promptTokens, .completionTokens, .cost,
  .durationMs, .status, .error, .createdAt, .digest,
  content: CASE WHEN key.withContent THEN m.content END,
  contentJson: CASE WHEN key.withContent THEN m.contentJson END
} AS message
