// The constraints for the migration record. Runs before every other migration and is not recorded; running it again does nothing.
CREATE CONSTRAINT migration_key IF NOT EXISTS
FOR (m:Migration) REQUIRE m.number IS UNIQUE;

CREATE CONSTRAINT migration_lock_key IF NOT EXISTS
FOR (l:MigrationLock) REQUIRE l.id IS UNIQUE;
