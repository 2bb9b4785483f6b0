// Is there unreferenced content, a list with a gap, a wrong position, or an owner without its content? No row when all is right.
CALL () {
  MATCH (c:Content)
  USING INDEX c:Content(projectId, id)
  WHERE c.projectId = $projectId AND c.id > ''
  WITH
    c,
    COUNT { (c)<-[:AFTER]-(:Content) } + COUNT { (c)<-[:MESSAGES]-(:Checkpoint|Step) } +
    COUNT { (c)<-[:STATE|TOOLS_RESULT]-(:Checkpoint) } + COUNT { (c)<-[:VALUE]-(:Content) } AS leading,
    [(c)-[:AFTER]->(before:Content {projectId: c.projectId}) | before.position] AS before,
    COLLECT { MATCH (c)-[:VALUE]->(value:Content {projectId: c.projectId}) RETURN value.id AS id ORDER BY id } AS values,
    // An object's lines name its long values behind an @: see `src/content/object-lines.ts`.
    CASE WHEN c.room IS NULL THEN [] ELSE COLLECT {
      UNWIND split(c.text, '\n') AS line
      WITH line
      WHERE line =~ '(?s)"(?:[^"\\\\]|\\\\.)*"@.*'
      RETURN DISTINCT right(line, 22) AS id
      ORDER BY id
    } END AS named
  UNWIND [
    ['held by someone', true, leading > 0],
    ['place of the chunk before', CASE WHEN c.position = 1 THEN [] ELSE [c.position - 1] END, before],
    ['place from 1', true, c.position >= 1],
    ['values of object', named, values]
  ] AS rule
  RETURN 'Content' AS label, c.id AS id, rule[0] AS name, rule[1] AS expected, rule[2] AS found
  UNION ALL
  MATCH (s:Step)
  USING INDEX s:Step(projectId, id)
  WHERE s.projectId = $projectId AND s.id > ''
  RETURN
    'Step' AS label,
    s.id AS id,
    'messages' AS name,
    CASE WHEN s.messagesId IS NULL THEN [] ELSE [s.messagesId] END AS expected,
    [(s)-[:MESSAGES]->(last:Content {projectId: s.projectId}) | last.id] AS found
  UNION ALL
  MATCH (c:Checkpoint)
  USING INDEX c:Checkpoint(projectId, id)
  WHERE c.projectId = $projectId AND c.id > ''
  WITH
    c,
    [(c)-[:MESSAGES]->(last:Content {projectId: c.projectId}) | last.id + ' ' + last.position] AS messages,
    [(c)-[r:STATE]->(chunk:Content {projectId: c.projectId}) | [r.key, chunk.id]] AS state,
    [(c)-[r:TOOLS_RESULT]->(chunk:Content {projectId: c.projectId}) | [r.key, chunk.id]] AS toolsResult
  // The ids are kept as JSON: as many pairs as edges, and each edge among the pairs (keys with control characters by id alone).
  UNWIND [
    ['messages', CASE WHEN c.messagesId IS NULL THEN [] ELSE [c.messagesId + ' ' + c.messageCount] END, messages],
    ['number of messages', c.messagesId IS NULL, c.messageCount = 0],
    ['state as content', CASE WHEN c.stateId IS NULL THEN [] ELSE [c.stateId] END, [pair IN state WHERE pair[0] IS NULL | pair[1]]],
    ['tool results as content', CASE WHEN c.toolsResultId IS NULL THEN [] ELSE [c.toolsResultId] END,
      [pair IN toolsResult WHERE pair[0] IS NULL | pair[1]]],
    ['one form of state', false, c.state IS NOT NULL AND c.stateId IS NOT NULL],
    ['one form of tool results', false, c.toolsResult IS NOT NULL AND c.toolsResultId IS NOT NULL],
    ['values of state', size(coalesce(split(c.stateIds, '"],["'), [])), size([pair IN state WHERE pair[0] IS NOT NULL])],
    ['values of tool results', size(coalesce(split(c.toolsResultIds, '"],["'), [])),
      size([pair IN toolsResult WHERE pair[0] IS NOT NULL])],
    ['each value of state', [], [pair IN state WHERE NOT c.stateIds CONTAINS
      CASE WHEN pair[0] =~ '(?s).*[\\x00-\\x1f].*' THEN '' ELSE '["' + replace(replace(pair[0], '\\', '\\\\'), '"', '\\"') END
      + '","' + pair[1] + '"]']],
    ['each value of tool results', [], [pair IN toolsResult WHERE NOT c.toolsResultIds CONTAINS
      CASE WHEN pair[0] =~ '(?s).*[\\x00-\\x1f].*' THEN '' ELSE '["' + replace(replace(pair[0], '\\', '\\\\'), '"', '\\"') END
      + '","' + pair[1] + '"]']]
  ] AS rule
  RETURN 'Checkpoint' AS label, c.id AS id, rule[0] AS name, rule[1] AS expected, rule[2] AS found
}
WITH label, id, name, expected, found
WHERE expected <> found
RETURN label, id, name, expected, found
ORDER BY label, id, name
