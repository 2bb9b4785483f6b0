// Which of these sequences have a step.
UNWIND $sequences AS key
MATCH (s:Step {projectId: key.projectId, traceId: key.traceId, sequence: key.sequence})
RETURN 'Step' AS label, s.projectId AS projectId, s.traceId AS traceId, s.sequence AS sequence
