// What does negative feedback trace back to: which tools, models and memories did the steps in question depend on?
MATCH (f:Step)
USING INDEX f:Step(projectId, type)
WHERE f.projectId = $projectId AND f.type = 'feedback' AND f.feedbackType IN ['negative', 'correction']
WITH f
MATCH (target:Step {projectId: $projectId, id: f.targetStepId})
CALL (target) {
  MATCH (target)<-[:PARENT_OF*0..]-(origin:Step)
  RETURN DISTINCT origin
}
WITH f, origin, CASE origin.type
  WHEN 'tool_call' THEN [origin.toolName]
  WHEN 'llm_call' THEN [origin.model]
  WHEN 'memory_read' THEN origin.experienceIds
  ELSE []
END AS names
UNWIND names AS name
RETURN
  origin.type AS type,
  name,
  count(DISTINCT f) AS feedbacks,
  count(DISTINCT f.traceId) AS traces,
  count(DISTINCT origin) AS steps
ORDER BY feedbacks DESC, type, name
