import assert from 'node:assert/strict';
import { test } from 'node:test';
import neo4j from 'neo4j-driver';
import { TransactionConflictError } from '../../src/base/errors.js';
import { failureKind, wasRolledBack } from '../../src/neo4j/neo4j-errors.js';

/** An error as the driver throws it. */
const error = (code: string, message = ''): Error => new neo4j.Neo4jError(message, code, '', '');

test('an error of the database tells what it means for the transaction', () => {
  const kinds = {
    conflict: [new TransactionConflictError(), error('Neo.ClientError.Schema.ConstraintValidationFailed')],
    busy: [
      error('Neo.TransientError.Transaction.DeadlockDetected'),
      error('Neo.TransientError.Transaction.LockClientStopped'),
    ],
    exhausted: [error('Neo.TransientError.General.MemoryPoolOutOfMemoryError')],
    timeout: [error('Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration')],
    away: [
      error('ServiceUnavailable'),
      error('Neo.TransientError.Database.DatabaseUnavailable'),
      error('Neo.TransientError.General.DatabaseUnavailable'),
      error('Neo.ClientError.Request.Invalid', 'BEGIN is not permitted while failed or interrupted'),
      error('', 'Connection acquisition timed out in 20000 ms.'),
    ],
    broken: [
      error('Neo.ClientError.General.WriteOnReadOnlyAccessDatabase'),
      error('Neo.DatabaseError.Transaction.TransactionCommitFailed'),
    ],
    doubtful: [error('Neo.DatabaseError.Statement.ExecutionFailed')],
    other: [
      new Error('a bug'),
      error('Neo.ClientError.Statement.SyntaxError'),
      error('Neo.ClientError.Request.Invalid', 'unexpected parameter'),
    ],
  };
  for (const [kind, errors] of Object.entries(kinds)) {
    for (const each of errors) {
      assert.equal(failureKind(each), kind, String('code' in each ? each.code : each));
    }
  }
});

test('only an answer of the database says that a commit was rolled back', () => {
  assert.equal(wasRolledBack(error('Neo.ClientError.Schema.ConstraintValidationFailed')), true);
  assert.equal(wasRolledBack(error('Neo.TransientError.Transaction.DeadlockDetected')), true);
  assert.equal(wasRolledBack(error('Neo.DatabaseError.Transaction.TransactionCommitFailed')), false);
  assert.equal(wasRolledBack(error('ServiceUnavailable')), false);
  assert.equal(wasRolledBack(new Error('a bug')), false);
});
