// Takes the migration lock for $leaseMs by the database's clock, if it is free, expired or $holder's own. No row if another
// has it. Running it again in time extends it.
MERGE (l:MigrationLock {id: 'migrations'})
ON CREATE SET l.until = 0
SET l.locked = true
WITH l
WHERE l.holder = $holder OR l.until < timestamp()
SET l.holder = $holder, l.until = timestamp() + $leaseMs
RETURN l.holder AS holder
