// Records a migration as applied, if $holder still has the lock; no row otherwise. Running it again changes nothing.
MATCH (l:MigrationLock {id: 'migrations'})
SET l.locked = true
WITH l
WHERE l.holder = $holder
MERGE (m:Migration {number: $number})
ON CREATE SET m.name = $name, m.appliedBy = $version, m.appliedAt = toString(datetime())
RETURN m.number AS number
