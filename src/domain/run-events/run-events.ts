import { keyOf } from '../../model/keys.js';
import { randomUUID } from 'node:crypto';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { badInput, StemmaError } from '../../base/errors.js';
import type { RunEventRow } from '../../model/rows.js';
import { checkId, digestOf } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { stringifyJson } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { objectTextOf } from '../../base/prepared-json.js';
import { mapInSlices, mapInSteps } from '../../base/slices.js';
import { checkTime } from '../../model/times.js';

export interface NewRunEvent {
  readonly threadId: string;
  readonly runId: string;
  readonly eventType: string;
  readonly category: string;
  readonly content?: unknown;
  readonly metadata?: unknown;
  readonly createdAt?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** How many run events one request may add. */
export const MAX_RUN_EVENTS = 5_000;
/** About how many bytes the ids and names of a run event take. */
const ROW_BYTES = 200;

/**
 * Writes run events of one thread in the given order, all or none, each with the next `seq` of the thread's log generation;
 * starts a generation if there is none. If the generation already has an event with the same idempotency key, returns that
 * event if everything else is equal, and throws CONFLICT otherwise.
 */
export async function putRunEvents(
  ingest: Ingest,
  {
    projectId,
    inputs,
    field,
  }: {
    readonly projectId: string;
    readonly inputs: readonly NewRunEvent[];
    /** The name of the input at this index in errors. */
    readonly field: (index: number) => string;
  },
): Promise<RunEventRow[]> {
  if (inputs.length > MAX_RUN_EVENTS) {
    throw badInput('inputs', `expected at most ${MAX_RUN_EVENTS} run events, got ${inputs.length}`);
  }
  const drafts = await mapInSlices(inputs, (input, index) => draft(projectId, input, field(index)));
  const [first] = drafts;
  if (first === undefined) {
    return [];
  }
  const { threadId } = first;
  const stray = drafts.findIndex((event) => event.threadId !== threadId);
  if (stray !== -1) {
    throw badInput(
      `${field(stray)}.threadId`,
      `expected ${shown(threadId)}, the one thread of the batch, got ${shown(drafts[stray]?.threadId)}`,
    );
  }
  // Generated before the transaction, so that a transaction that runs twice starts the same generation.
  const generation = randomUUID();
  return await ingest.submit({
    threads: [{ projectId, id: threadId }],
    needs: { runEventKeys: drafts.map(({ key }) => ({ projectId, threadId, key })) },
    appends: true,
    cost: drafts.length,
    sizeBytes: drafts.reduce((sum, event) => sum + sizeOf(event), 0),
    apply: (unit) =>
      mapInSteps(drafts, (event, index) => insertEvent(unit, event, { generation, field: field(index) })),
  });
}

/** A run event that is checked, and has no place in its thread's log yet. */
export interface RunEventDraft extends Omit<RunEventRow, 'seq' | 'createdAt' | 'generation'> {
  readonly createdAt: string | null;
}

/** Checks a new run event; `field` is its name in errors. */
export function draft(projectId: string, input: NewRunEvent, field: string): RunEventDraft {
  const metadata = objectTextOf(input.metadata, `${field}.metadata`);
  const fields = {
    threadId: checkId(input.threadId, `${field}.threadId`),
    runId: checkId(input.runId, `${field}.runId`),
    eventType: checkId(input.eventType, `${field}.eventType`),
    category: checkId(input.category, `${field}.category`),
    ...contentProperties(input.content ?? null),
    metadata,
    createdAt: input.createdAt == null ? null : checkTime(input.createdAt, `${field}.createdAt`),
  };
  const given = input.idempotencyKey;
  return {
    projectId,
    ...fields,
    // Generated before the transaction, so that a transaction that runs twice still appends once.
    key: given == null ? `auto:${randomUUID()}` : `key:${checkId(given, `${field}.idempotencyKey`)}`,
    digest: given == null ? null : digestOf(fields),
  };
}

/** One of the two is always set, so an event without either was read while it was being deleted. */
function contentProperties(content: unknown): Pick<RunEventRow, 'content' | 'contentJson'> {
  return typeof content === 'string'
    ? { content, contentJson: null }
    : { content: null, contentJson: stringifyJson(content) };
}

/** About how many bytes a run event sends to the database. */
export function sizeOf({ content, contentJson, metadata }: RunEventDraft): number {
  return (content ?? contentJson ?? '').length + metadata.length + ROW_BYTES;
}

/**
 * Appends a run event to its thread's log, or returns the event with its key. `generation` is the log generation to start if there
 * is none. Throws CONFLICT if the event with its key has different content.
 */
export function insertEvent(
  unit: UnitOfWork,
  event: RunEventDraft,
  { generation: next, field }: { readonly generation: string; readonly field: string },
): RunEventRow {
  const { projectId, threadId, key } = event;
  const existing = unit.runEventsByKey.get(keyOf(projectId, threadId, key));
  if (existing !== undefined) {
    if (existing.digest !== event.digest) {
      const name = `${field}.idempotencyKey`;
      throw new StemmaError('CONFLICT', `${name}: the run event with this key has different content`, {
        field: name,
      });
    }
    return existing;
  }
  const thread = unit.threads.get(keyOf(projectId, threadId));
  const seq = (thread?.lastSeq ?? 0) + 1;
  const generation = thread?.generation ?? next;
  const row = { ...event, generation, seq, createdAt: event.createdAt ?? unit.now };
  unit.changeThread(
    { projectId, id: threadId },
    { generation, lastSeq: seq, eventCount: (thread?.eventCount ?? 0) + 1 },
  );
  unit.runEvents.put(row);
  unit.runEventsByKey.put(row);
  if (unit.firstRunEvents.get(keyOf(projectId, threadId, row.runId, row.eventType)) === undefined) {
    unit.firstRunEvents.put(row);
  }
  return row;
}
