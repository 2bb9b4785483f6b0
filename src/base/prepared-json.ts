import { badInput } from './errors.js';
import { JsonText } from './json-text.js';
import { excerpt, parseJson, shown } from './json.js';

/**
 * A JSON input of a large request, as a worker prepared it: `value` is what the domain makes of the input, computed by the
 * domain's own function of the name `how`.
 */
export class PreparedJson {
  readonly how: string;
  readonly value: unknown;

  constructor(how: string, value: unknown) {
    this.how = how;
    this.value = value;
  }
}

/**
 * A function of the domain that turns a JSON input into what is stored. `prepare` runs on the parsed value, in a worker for
 * a large request; calling it returns the worker's result where there is one.
 */
export interface Preparation<Prepared> {
  (input: unknown): Prepared;
  readonly how: string;
  readonly prepare: (value: unknown) => Prepared;
}

/** Names a preparation. `prepare` must return what can be sent between threads, and throw nothing but StemmaErrors. */
export function preparation<Prepared>(
  how: string,
  prepare: (value: unknown) => Prepared,
): Preparation<Prepared> {
  const run = (input: unknown): Prepared =>
    input instanceof PreparedJson && input.how === how ? (input.value as Prepared) : prepare(valueOf(input));
  return Object.assign(run, { how, prepare });
}

/**
 * How a JSON input travels between threads: a Map, which no JSON text can be parsed to. It holds the input as text, what a
 * preparation made of it, or why it is not accepted.
 */
export type JsonParcel = Map<'text' | 'how' | 'value' | 'refused', unknown>;

/** A parcel's content for the domain; `refuse` is called with the reason of an input that is not accepted, and throws. */
export function unpack(parcel: JsonParcel, refuse: (reason: string) => never): JsonText | PreparedJson {
  const refused = parcel.get('refused');
  if (refused !== undefined) {
    return refuse(refused as string);
  }
  const how = parcel.get('how');
  return how === undefined
    ? new JsonText(parcel.get('text') as string)
    : new PreparedJson(how as string, parcel.get('value'));
}

/** A JSON input as a value: parsed where it is a text. */
export function valueOf(input: unknown): unknown {
  return input instanceof JsonText ? parseJson(input.text) : input;
}

/** The text of a JSON input that must be an object (`{}` where there is none); BAD_USER_INPUT naming `field` otherwise. */
export function objectTextOf(input: unknown, field: string): string {
  const isObject =
    input instanceof JsonText
      ? input.text.startsWith('{')
      : input == null || (typeof input === 'object' && !Array.isArray(input));
  if (!isObject) {
    throw badInput(field, `expected a JSON object, got ${shownInput(input)}`);
  }
  return input instanceof JsonText ? input.text : JSON.stringify(input ?? {});
}

/** A JSON input as an error message shows it. */
function shownInput(input: unknown): string {
  return input instanceof JsonText ? excerpt(input.text) : shown(input);
}
