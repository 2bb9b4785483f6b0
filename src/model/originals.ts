import { parseJson } from '../base/json.js';
import { stringifyJson } from '../base/json-text.js';

/** A fact: a message or a step that is its own entry in its trace's log. */
interface Fact {
  readonly eventId: number | null;
  readonly original?: string | null;
}

/**
 * The fact's `original` once `patch` changes it: the first values of all fields that have changed since it was added, so that its
 * log entry can show it as it was. A fact that is no log entry needs none.
 */
export function withOriginals<Row extends Fact>(before: Row, patch: Partial<Row>): string | null {
  if (before.eventId === null) {
    return null;
  }
  const saved = (before.original == null ? {} : parseJson(before.original)) as Readonly<
    Record<string, unknown>
  >;
  const overwritten = (Object.keys(patch) as (keyof Row & string)[]).filter(
    (name) => !Object.hasOwn(saved, name),
  );
  return overwritten.length === 0
    ? (before.original ?? null)
    : stringifyJson({
        ...saved,
        ...Object.fromEntries(overwritten.map((name) => [name, before[name] ?? null])),
      });
}
