// How much of the content is shared: characters stored once, compared with storing each owner's content in full?
CALL () {
  MATCH (c:Checkpoint)
  USING INDEX c:Checkpoint(projectId, id)
  WHERE c.projectId = $projectId AND c.id > ''
  MATCH (c)-[r:MESSAGES|STATE|TOOLS_RESULT]->(last:Content)
  RETURN last, CASE type(r) WHEN 'MESSAGES' THEN 'messages of checkpoints' WHEN 'STATE' THEN 'state' ELSE 'tool results' END AS kind
  UNION ALL
  MATCH (s:Step)
  USING INDEX s:Step(projectId, type)
  WHERE s.projectId = $projectId AND s.type = 'llm_call'
  MATCH (s)-[:MESSAGES]->(last:Content)
  RETURN last, 'messages of steps' AS kind
}
MATCH (last)-[:AFTER*0..]->(link:Content)
MATCH (link)-[:VALUE*0..1]->(chunk:Content)
UNWIND [kind, 'all'] AS what
WITH what, chunk, count(*) AS times, size(chunk.text) AS length
WITH what, count(chunk) AS chunks, sum(length) AS storedCharacters, sum(length * times) AS wholeCharacters
RETURN
  what,
  chunks,
  storedCharacters,
  wholeCharacters,
  toFloat(wholeCharacters) / storedCharacters AS timesSmaller
ORDER BY wholeCharacters DESC, what
