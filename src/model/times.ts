import { badInput } from '../base/errors.js';
import { shown } from '../base/json.js';

const MAX_LENGTH = 100;
const ISO_8601 =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)([T ](?<hour>\d\d):(?<minute>\d\d)(:(?<second>\d\d)([.,]\d+)?)?( ?(Z|[+-](?<zoneHour>\d\d)(:?(?<zoneMinute>\d\d))?))?)?$/i;

/** Checks a client's time and returns it as given: an ISO 8601 date, with or without time and zone. */
export function checkTime(time: string, field: string): string {
  const parts = time.length > MAX_LENGTH ? undefined : ISO_8601.exec(time)?.groups;
  if (parts === undefined || !isTime(parts)) {
    throw badInput(
      field,
      `expected a time of ISO 8601, such as 2026-01-31T12:00:00.000Z, got ${shown(time)}`,
    );
  }
  return time;
}

/** Whether the date and the time of day exist; second 60 is a leap second. */
function isTime(parts: Readonly<Record<string, string | undefined>>): boolean {
  const part = (name: string): number => Number(parts[name] ?? 0);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return (
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    part('hour') <= 23 &&
    part('minute') <= 59 &&
    part('second') <= 60 &&
    part('zoneHour') <= 23 &&
    part('zoneMinute') <= 59
  );
}
