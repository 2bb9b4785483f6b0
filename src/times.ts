import { badInput } from './errors.js';
import { shown } from './json.js';

const MAX_LENGTH = 100;
const ISO_8601 = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?$/i;

/** A client's time, checked but as it was given: a date of ISO 8601, with or without time and zone. */
export function checkTime(time: string, field: string): string {
  // Date knows no more than a millisecond, nor a comma, nor an offset of hours alone.
  const readable = time
    .replace(',', '.')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/ (?=[Z+-])/i, '')
    .replace(/([T ].*[+-]\d\d)$/i, '$1:00');
  if (time.length > MAX_LENGTH || !ISO_8601.test(time) || Number.isNaN(Date.parse(readable))) {
    throw badInput(field, `expected a time like 2026-01-31T12:00:00.000Z, got ${shown(time)}`);
  }
  return time;
}
