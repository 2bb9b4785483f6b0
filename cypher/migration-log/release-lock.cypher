// Releases the migration lock if $holder has it. Running it again changes nothing.
MATCH (l:MigrationLock {id: 'migrations'})
SET l.locked = true
WITH l
WHERE l.holder = $holder
SET l.holder = null, l.until = 0
