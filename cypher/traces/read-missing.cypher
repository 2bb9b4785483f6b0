// Which of these traces are missing.
UNWIND $ids AS id
OPTIONAL MATCH (t:Trace {projectId: $projectId, id: id})
WITH id, t
WHERE t IS NULL
RETURN id
