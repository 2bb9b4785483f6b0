import { badInput } from './errors.js';
import { shown } from './json.js';

const TIME =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[Tt ](?<hour>\d\d):(?<minute>\d\d)(:(?<second>\d\d)([.,]\d{1,30})?)?([Zz]|[+-](?<zoneHour>\d\d):?(?<zoneMinute>\d\d)?)?$/;

/** `time`, if it is one by ISO 8601: a date of the calendar and a time of day, with or without its zone. */
export function checkTime(time: string, field: string): string {
  const parts = TIME.exec(time)?.groups;
  const part = (name: string): number => Number(parts?.[name] ?? 0);
  const holds =
    parts !== undefined &&
    part('month') >= 1 &&
    part('month') <= 12 &&
    part('day') >= 1 &&
    part('day') <= daysOf(part('year'), part('month')) &&
    part('hour') <= 23 &&
    part('minute') <= 59 &&
    // 60 is a leap second.
    part('second') <= 60 &&
    part('zoneHour') <= 23 &&
    part('zoneMinute') <= 59;
  if (!holds) {
    throw badInput(
      field,
      `expected an ISO 8601 time, such as "2026-04-04T08:49:25+08:00", got ${shown(time)}`,
    );
  }
  return time;
}

function daysOf(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
