import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { buildSchema } from 'graphql';
import { StemmaError } from '../../base/errors.js';
import { checkNesting, parseBody } from './parse-body.js';
import { prepareRequest } from './prepare-request.js';
import type { BodyJob, BodyResult } from './body-parser.js';

// Runs in a worker thread: parses large requests, and prepares the JSON in them for the domain.
const schema = buildSchema(readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8'));
const port = parentPort;

port?.on('message', ({ bytes, kind }: BodyJob) => {
  port.postMessage(resultOf(bytes, kind));
});

function resultOf(bytes: Uint8Array, kind: BodyJob['kind']): BodyResult {
  try {
    checkNesting(bytes);
    const body = parseBody(bytes);
    if (kind === 'request') {
      return { body: prepareRequest(schema, body) };
    }
    const { id, type, payload } = (body ?? {}) as Readonly<Record<string, unknown>>;
    return { body: { id, type, payload: prepareRequest(schema, payload) } };
  } catch (error) {
    if (error instanceof StemmaError) {
      return { refused: { code: error.code, message: error.message, field: error.field } };
    }
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
