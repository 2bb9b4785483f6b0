// The database's clock, in milliseconds since 1970.
RETURN timestamp() AS nowMs
