// The migrations applied to this graph, in order. No row for an empty graph, or one older than the record of migrations.
MATCH (m:Migration)
WHERE m.number > 0
RETURN m.number AS number, m.name AS name, m.appliedBy AS appliedBy
ORDER BY number
