// Where was a memory that one run wrote read in another, and how did that other run end?
MATCH (read:Step)
USING INDEX read:Step(projectId, type)
WHERE read.projectId = $projectId AND read.type = 'memory_read'
UNWIND read.experienceIds AS experienceId
CALL (read, experienceId) {
  MATCH (write:Step)
  USING INDEX write:Step(projectId, experienceId)
  WHERE write.projectId = read.projectId AND write.experienceId = experienceId AND write.traceId <> read.traceId
  RETURN DISTINCT write.traceId AS writtenIn
}
CALL (read, writtenIn) {
  MATCH (writer:Trace {projectId: read.projectId, id: writtenIn})
  RETURN writer.status AS writerStatus
}
CALL (read) {
  MATCH (reader:Trace {projectId: read.projectId, id: read.traceId})
  RETURN reader.id AS readIn, reader.status AS readerStatus
}
RETURN
  experienceId,
  writtenIn,
  writerStatus,
  readIn,
  readerStatus,
  read.id AS readStepId,
  COUNT { (read)-[:PARENT_OF]->(:Step) } AS stepsOnIt
ORDER BY experienceId, readIn, writtenIn
