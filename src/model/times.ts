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

const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)$/i;
const NANOSECONDS = /^\d{1,20}$/;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * A client's time as it is stored: UTC to the microsecond, `2026-01-31T12:00:00.123456Z`, so that times sort as texts. Takes ISO 8601
 * with a date, a time and an offset, or nanoseconds since 1970 as digits. Finer digits are cut off.
 */
export function instantOf(time: string | null | undefined, field: string): string | null {
  if (time == null) {
    return null;
  }
  const [milliseconds, microseconds] = NANOSECONDS.test(time) ? ofNanoseconds(time) : ofIso(time);
  if (!(milliseconds >= -62_167_219_200_000 && milliseconds <= LAST_MS)) {
    throw badInput(
      field,
      'expected a time of ISO 8601 with an offset, such as 2026-01-31T12:00:00.000Z, or nanoseconds since 1970 as digits, ' +
        `got ${shown(time)}`,
    );
  }
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${String(microseconds).padStart(3, '0')}Z`;
}

function ofNanoseconds(time: string): readonly [milliseconds: number, microseconds: number] {
  const microseconds = BigInt(time) / 1_000n;
  return [Number(microseconds / 1_000n), Number(microseconds % 1_000n)];
}

function ofIso(time: string): readonly [milliseconds: number, microseconds: number] {
  const match = time.length > MAX_LENGTH ? null : INSTANT.exec(time);
  const parts = match === null ? undefined : ISO_8601.exec(time)?.groups;
  if (match === null || parts === undefined || !isTime(parts)) {
    return [NaN, 0];
  }
  const [, date = '', minutes = '', second = '00', fraction = '', zone = 'Z'] = match;
  const digits = fraction.padEnd(6, '0');
  // Date knows no leap second: 60 becomes the next minute.
  const leap = second === '60';
  const whole = Date.parse(`${date}T${minutes}:${leap ? '59' : second}.${digits.slice(0, 3)}Z`);
  return [whole + (leap ? 1_000 : 0) - offsetMs(zone), Number(digits.slice(3, 6))];
}

function offsetMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') {
    return 0;
  }
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}

/** A stored time as the API shows it: whole milliseconds have three digits. */
export function shownInstant(stored: string | null | undefined): string | null {
  return stored == null ? null : stored.replace(/(\.\d{3})000Z$/, '$1Z');
}

/** The milliseconds between two stored times; null unless both are known. */
export function millisecondsBetween(start: string | null, end: string | null): number | null {
  if (start === null || end === null) {
    return null;
  }
  const micros = (time: string): number =>
    Date.parse(`${time.slice(0, 23)}Z`) * 1_000 + Number(time.slice(23, 26));
  return (micros(end) - micros(start)) / 1_000;
}
