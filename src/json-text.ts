import { parseJson } from './json.js';

/**
 * A JSON value as its text, which is known to be valid. Payloads are passed on like this, from the database to a response
 * and from a large request to the database, without being made objects on the way.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For what does not know of texts: JSON.stringify writes the value itself. */
  toJSON(): unknown {
    return parseJson(this.text);
  }
}
