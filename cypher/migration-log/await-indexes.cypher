// Waits until every index is filled, five minutes at most.
CALL db.awaitIndexes(300)
