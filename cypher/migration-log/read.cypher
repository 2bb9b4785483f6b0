// The migrations that this graph has had, in order. None on an empty graph, and on one older than the record.
MATCH (m:Migration)
WHERE m.number > 0
RETURN m.number AS number, m.name AS name, m.appliedBy AS appliedBy
ORDER BY number
