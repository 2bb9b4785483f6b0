import { badInput } from './errors.js';
import { JsonText } from './json-text.js';
import { excerpt, parseJson, shown } from './json.js';

/**
 * A JSON input of a large request, prepared by a worker: `value` is the result of the domain's own preparation, whose name
 * is `how`.
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
 * A domain function that turns a JSON input into what is stored. `prepare` takes the parsed value, and runs in a worker for
 * a large request. Calling the function itself returns the worker's result if there is one.
 */
export interface Preparation<Prepared> {
  (input: unknown): Prepared;
  readonly how: string;
  readonly prepare: (value: unknown) => Prepared;
}

/** Names a preparation. `prepare` must return a value that can be sent between threads, and throw only StemmaErrors. */
export function preparation<Prepared>(
  how: string,
  prepare: (value: unknown) => Prepared,
): Preparation<Prepared> {
  const run = (input: unknown): Prepared =>
    input instanceof PreparedJson && input.how === how ? (input.value as Prepared) : prepare(valueOf(input));
  return Object.assign(run, { how, prepare });
}

/**
 * The form in which a JSON input is sent between threads: a Map, which parsing JSON never produces. It contains the input as
 * text, the result of a preparation, or the reason why the input is rejected.
 */
export type JsonParcel = Map<'text' | 'how' | 'value' | 'refused', unknown>;

/** A parcel's content for the domain. If the input is rejected, calls `refuse`, which throws, with the reason. */
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

/** A JSON input as a value, parsed if it is text. */
export function valueOf(input: unknown): unknown {
  return input instanceof JsonText ? parseJson(input.text) : input;
}

/** The text of a JSON input that must be an object (`{}` if there is none); otherwise throws BAD_USER_INPUT naming `field`. */
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
