import { StemmaError } from '../base/errors.js';
import type { Ingest, Outcome, Pending, Write } from './write.js';

/** One of several writes that are collected, with what it writes and names, as keys of any form. */
export interface CollectedWrite {
  readonly write: Write<unknown>;
  readonly creates: readonly string[];
  readonly refersTo: readonly string[];
}

interface Submitted {
  readonly write: Write<unknown>;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * Has `run` call functions of the domain with an Ingest that commits nothing yet. Resolves with the write that it submits and with
 * what it will return; rejects with its error if it submits none.
 */
export async function collect<T>(
  ingest: Ingest,
  pending: Pending,
  run: (ingest: Ingest) => Promise<T>,
): Promise<{ readonly submitted: Submitted; readonly result: Promise<T> }> {
  let submit: (submitted: Submitted) => void = () => undefined;
  const submitted = new Promise<Submitted>((resolve) => {
    submit = resolve;
  });
  const result = run({
    database: ingest.database,
    pending,
    submit: (write) =>
      new Promise((resolve, reject) => {
        submit({
          write,
          settle: (outcome) => {
            if ('value' in outcome) {
              resolve(outcome.value as never);
            } else {
              reject(outcome.error instanceof Error ? outcome.error : new Error('a write failed'));
            }
          },
        });
      }),
  });
  // Its error is taken by whoever awaits the result.
  result.catch(() => undefined);
  const first = await Promise.race([submitted, result.then(() => undefined)]);
  if (first === undefined) {
    throw new StemmaError('BAD_USER_INPUT', 'expected an operation that writes, got one that does not');
  }
  return { submitted: first, result };
}
