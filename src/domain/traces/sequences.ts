import { keyOf } from '../../model/keys.js';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { badInput, StemmaError } from '../../base/errors.js';
import type { TraceRow } from '../../model/rows.js';
import type { SequenceKey } from '../../ingest/needs.js';

/** Leaves room for the sequences that follow it. */
const MAX_GIVEN = 1_000_000_000_000;

/** Checks a given sequence: a whole number from 1. */
export function checkSequence(sequence: number | null | undefined, field: string): number | null {
  if (sequence == null) {
    return null;
  }
  if (!Number.isSafeInteger(sequence) || sequence < 1 || sequence > MAX_GIVEN) {
    throw badInput(field, `expected a whole number from 1 to ${MAX_GIVEN}, got ${sequence}`);
  }
  return sequence;
}

/** Takes the given sequence (CONFLICT naming `field` if it is taken), or the trace's next one if none is given. */
export function takeSequence(
  unit: UnitOfWork,
  trace: TraceRow,
  {
    label,
    given,
    field,
  }: { readonly label: SequenceKey['label']; readonly given: number | null; readonly field: string },
): number {
  const counter = label === 'Step' ? 'lastStepSequence' : 'lastMessageSequence';
  const last = trace[counter];
  const sequence = given ?? last + 1;
  const key = keyOf(label, trace.projectId, trace.id, sequence);
  if (given !== null && unit.takenSequences.has(key)) {
    throw new StemmaError(
      'CONFLICT',
      `sequence ${given} of trace ${JSON.stringify(trace.id)} is taken by another ${label.toLowerCase()}`,
      { field },
    );
  }
  unit.takeSequence(key);
  if (sequence > last) {
    unit.changeTrace(trace, { [counter]: sequence });
  }
  return sequence;
}
