import type { ServerResponse } from 'node:http';
import { overBudget } from './guard-fields.js';
import { OverBudgetError } from '../../base/request-scope.js';
import { drained } from '../http/respond.js';
import { resultText } from './result-text.js';
import { slices } from '../../base/slices.js';

/** Results up to this size are written as one text. */
const SHORT_BYTES = 256 * 1024;

/** A result as JSON: the whole text if it is short, otherwise its chunks, each generated on demand. */
export type ResultBody = string | AsyncIterable<string>;

/**
 * Writes a result as JSON. Yields to the event loop between slices of 10 ms, so a long result blocks no other request.
 *
 * Throws BAD_USER_INPUT if the result has more than `maxBytes`; the error names the list to page.
 */
export async function bodyOf(result: unknown, maxBytes: number): Promise<ResultBody> {
  const text = resultText(result);
  let written = '';
  let sizeBytes = 0;
  // A long result is only measured here: its size must be checked before any of it is sent.
  for (let chunk = text.next(); chunk !== undefined; chunk = text.next()) {
    sizeBytes += Buffer.byteLength(chunk);
    if (sizeBytes > maxBytes) {
      const error = new OverBudgetError(
        `expected a query with a response of at most ${maxBytes} bytes, got one with a longer response`,
      );
      // The path within the result begins with "data".
      throw overBudget(error, text.path().slice(1));
    }
    written = sizeBytes > SHORT_BYTES ? '' : written + chunk;
    if (slices.isUsedUp()) {
      await slices.later(text);
    }
  }
  return sizeBytes > SHORT_BYTES ? chunksOf(result) : written;
}

async function* chunksOf(result: unknown): AsyncGenerator<string, void, undefined> {
  const text = resultText(result);
  for (let chunk = text.next(); chunk !== undefined; chunk = text.next()) {
    if (chunk !== '') {
      yield chunk;
    }
    if (slices.isUsedUp()) {
      await slices.later(text);
    }
  }
}

/**
 * Sends a body as fast as the client reads it. Closes the connection of a client that reads nothing for `timeoutMs`; returns
 * early if the client disconnects.
 */
export async function sendBody(response: ServerResponse, body: ResultBody, timeoutMs: number): Promise<void> {
  if (typeof body === 'string') {
    response.end(`${body}\n`);
    return;
  }
  for await (const chunk of body) {
    if (response.destroyed) {
      return;
    }
    if (!response.write(chunk)) {
      await drained(response, timeoutMs);
    }
  }
  response.end('\n');
}
