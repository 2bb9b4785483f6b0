import { StemmaError, type StemmaErrorCode } from '../base/errors.js';
import { parseJson } from '../base/json.js';

/** Talks GraphQL to a Stemma server over HTTP. */
export interface Client {
  /** The server's URL: `http://127.0.0.1:4000`, without a trailing slash. */
  readonly url: string;
  /**
   * Sends an operation and returns its data.
   *
   * Throws a StemmaError with the code of the server's first error (an Error if the server failed); also UNAVAILABLE if no
   * Stemma server answers at `url`. A write may have been done even then: repeating one that names its ids is safe.
   */
  ask<Data>(query: string, variables?: object): Promise<Data>;
}

const CODES: readonly StemmaErrorCode[] = [
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PAYLOAD_TOO_LARGE',
  'UNAVAILABLE',
];

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

/**
 * A client of the server at `address`, a URL with or without `/graphql` at its end. Nothing is sent until `ask` is called.
 *
 * Throws BAD_USER_INPUT if `address` is not an http(s) URL.
 */
export function connectTo(address: string): Client {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new StemmaError(
      'BAD_USER_INPUT',
      `STEMMA_URL: expected an address like http://127.0.0.1:4000, got ${JSON.stringify(address)}`,
    );
  }
  const url = address.replace(/\/+$/, '').replace(/\/graphql$/, '');
  return {
    url,
    async ask<Data>(query: string, variables: object = {}): Promise<Data> {
      const { data, errors } = await post(url, JSON.stringify({ query, variables }));
      const [error] = errors ?? [];
      if (error !== undefined) {
        throw serverError(error);
      }
      return data as Data;
    },
  };
}

/** An error in a server's answer: a StemmaError if it has a code that callers can act on. */
export function serverError({ message, extensions }: NonNullable<Answer['errors']>[number]): Error {
  const code = CODES.find((each) => each === extensions?.code);
  const text = `the server says: ${message}`;
  return code === undefined ? new Error(text) : new StemmaError(code, text);
}

async function post(url: string, body: string): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    text = await response.text();
  } catch (cause) {
    throw new StemmaError('UNAVAILABLE', unanswered(url, body, cause), { cause });
  }
  const answer = answerIn(text);
  if (answer === null) {
    const got = `HTTP ${response.status}, ${response.headers.get('content-type') ?? 'of no type'}`;
    throw new StemmaError(
      'UNAVAILABLE',
      `expected a Stemma server at ${url}, got an answer that is not GraphQL (${got})`,
    );
  }
  return answer;
}

/** The server closes the connection when a request is too large, so its response is lost. */
function unanswered(url: string, body: string, error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: string } };
  const sizeMb = Buffer.byteLength(body) / 1e6;
  return sizeMb > 1 && ['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(cause?.code ?? '')
    ? `the server at ${url} closed the connection during a request of ${sizeMb.toFixed(1)} MB: ` +
        'it stopped, or its STEMMA_MAX_REQUEST_BYTES is smaller than that'
    : `no Stemma server answers at ${url}: start one with \`npm start\`, or set STEMMA_URL to where one runs`;
}

function answerIn(text: string): Answer | null {
  try {
    const answer = parseJson(text) as Answer | null;
    return answer !== null && typeof answer === 'object' && ('data' in answer || 'errors' in answer)
      ? answer
      : null;
  } catch {
    return null;
  }
}
