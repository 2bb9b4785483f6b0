// Waits until every index is populated, five minutes at most.
CALL db.awaitIndexes(300)
