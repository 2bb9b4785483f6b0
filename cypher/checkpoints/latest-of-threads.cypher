// A page of the latest checkpoints of all threads, the most recently written thread first.
MATCH (t:Thread)
USING INDEX t:Thread(projectId, checkpointKey)
WHERE t.projectId = $projectId AND t.checkpointKey > ''
WITH t
ORDER BY t.projectId DESC, t.checkpointKey DESC
SKIP $offset
LIMIT $limit
MATCH (t)-[:LATEST]->(c:Checkpoint)
RETURN {{map Checkpoint c}} AS checkpoint
