import { parseJson } from '../base/json.js';
import { stringifyJson } from '../base/json-text.js';
import type { EventRow } from './rows.js';
import { NO_STATS, publicStats } from './stats.js';

/** Changes a payload of one version to the next. */
type Upgrade = (payload: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/**
 * For each type of event, how payloads of version 1, 2, ... become payloads of the next version. When the shape of a payload
 * changes, add the upgrade here: stored events stay as they are, and readers get the newest shape.
 */
export type Upgrades = Readonly<Record<string, readonly Upgrade[]>>;
const UPGRADES: Upgrades = Object.fromEntries(
  [
    'goal_added',
    'goal_updated',
    'goal_tree_updated',
    'message_added',
    'message_updated',
    'step_added',
    'sub_trace_completed',
  ].map((type) => [type, [withAllStats]]),
);

/** Version 2 has stats of steps, errors, caches and reasoning, which version 1 did not count. */
function withAllStats(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const complete = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) {
      return value.map((item) => complete(item, name));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    if (STATS.has(name)) {
      return { ...publicStats(NO_STATS), ...value };
    }
    return HOLDERS.has(name)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, complete(item, key)]))
      : value;
  };
  return complete(payload, 'payload') as Readonly<Record<string, unknown>>;
}

/** The members of payloads that are stats, and those that hold some. Others may be the client's own JSON. */
const STATS = new Set(['stats', 'selfStats', 'cumulativeStats']);
const HOLDERS = new Set(['payload', 'goal', 'goals', 'affectedGoals']);

/** The version in which events of this type are written. */
export function currentVersion(type: string, upgrades = UPGRADES): number {
  return 1 + (upgrades[type]?.length ?? 0);
}

/** The version as a column of a new event. The first version is not stored. */
export function versionOf(type: string): Pick<EventRow, 'version'> {
  const version = currentVersion(type);
  return version === 1 ? {} : { version };
}

/** The event with its payload in the newest shape. Events that were stored without a version have version 1. */
export function upgraded(event: EventRow, upgrades = UPGRADES): EventRow {
  const version = event.version ?? 1;
  const current = currentVersion(event.type, upgrades);
  if (version >= current) {
    return event;
  }
  const steps = (upgrades[event.type] ?? []).slice(version - 1);
  const payload = steps.reduce(
    (shape, upgrade) => upgrade(shape),
    parseJson(event.payload) as Readonly<Record<string, unknown>>,
  );
  return { ...event, payload: stringifyJson(payload), version: current };
}
