import { parseJson } from '../base/json.js';
import { stringifyJson } from '../base/json-text.js';
import type { EventRow } from './rows.js';

/** Changes a payload of one version to the next. */
type Upgrade = (payload: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/**
 * For each type of event, how payloads of version 1, 2, ... become payloads of the next version. When the shape of a payload
 * changes, add the upgrade here: stored events stay as they are, and readers get the newest shape.
 */
export type Upgrades = Readonly<Record<string, readonly Upgrade[]>>;
const UPGRADES: Upgrades = {};

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
