// Frees the lock of the migrations if $holder has it; a second time changes nothing.
MATCH (l:MigrationLock {id: 'migrations'})
SET l.locked = true
WITH l
WHERE l.holder = $holder
SET l.holder = null, l.until = 0
