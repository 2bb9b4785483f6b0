import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StemmaError } from './base/errors.js';
import { json } from './api/http/respond.js';
import { within } from './base/within.js';

/** An address that the server will listen on, occupied while it starts. */
export interface ReservedPort {
  /** The port; if 0 was requested, the one that was chosen. */
  readonly port: number;
  /** Releases the port so that the server can listen on it at once. */
  release(): Promise<void>;
}

const RESOLVE_TIMEOUT_MS = 8_000;

/**
 * Occupies the port before anything else starts, so that a port in use is reported at once. Until it is released, /healthz
 * is answered with 200 and everything else with 503. These answers are constant, so Host and Origin are not checked.
 *
 * Throws UNAVAILABLE, in one sentence that names the setting, if it cannot listen there.
 */
export async function reservePort(address: {
  readonly host: string;
  readonly port: number;
}): Promise<ReservedPort> {
  const http = createServer((request, response) => {
    response.shouldKeepAlive = false;
    request.resume();
    if (request.url === '/healthz') {
      json(response, 200, { status: 'ok' });
      return;
    }
    response.setHeader('retry-after', '1');
    const extensions = { code: 'UNAVAILABLE', written: 'NO' };
    json(response, 503, { errors: [{ message: 'the server is starting', extensions }] });
  });
  const listening = new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(address.port, address.host, resolve);
  });
  const listens = await within(RESOLVE_TIMEOUT_MS, listening).catch((error: unknown) => {
    throw listenError(error, address);
  });
  if (!listens) {
    throw hostError(address.host, 'its name was not resolved in time');
  }
  const { port } = http.address() as AddressInfo;
  return {
    port,
    async release() {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Turns a failure to listen into an error that names the setting; returns other errors unchanged. */
export function listenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return portError(`port ${port} on ${host} is already in use; stop the program that uses it, or`);
  }
  if (code === 'EACCES') {
    return portError(`this user may not listen on port ${port};`);
  }
  return syscall === 'getaddrinfo' || code === 'EADDRNOTAVAIL' || code === 'EINVAL'
    ? hostError(host, `it is not an address of this machine (${code ?? 'unknown error'})`)
    : error;
}

function portError(problem: string): StemmaError {
  return new StemmaError('UNAVAILABLE', `${problem} set STEMMA_PORT to another one.`);
}

function hostError(host: string, problem: string): StemmaError {
  const message = `cannot listen on ${JSON.stringify(host)}: ${problem}; set STEMMA_HOST to an address of this machine.`;
  return new StemmaError('UNAVAILABLE', message);
}
