import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { StemmaError } from '../../base/errors.js';
import type { Target } from './respond.js';

/** The names of this machine that `Host` may carry; other spellings of the same addresses are rejected. */
const LOCAL_NAMES = ['127.0.0.1', '[::1]', 'localhost'];

/** Whether `host` is an address that only this machine can reach. Meant for `STEMMA_HOST`, not for headers. */
export function isLoopback(host: string): boolean {
  return LOCAL_NAMES.includes(host) || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

declare const checked: unique symbol;

/** A request that passed the host check. Routes accept nothing else, and only the check creates one. */
export type CheckedRequest = IncomingMessage & { readonly [checked]: true };

export interface HostCheckOptions {
  /** Names besides the local ones that `Host` may carry, without a port. */
  readonly allowedHosts: readonly string[];
  /** Origins, such as `http://localhost:5173`, whose pages may use the API. */
  readonly allowedOrigins: readonly string[];
}

export interface Admission {
  readonly request: CheckedRequest;
  /** The allowed origin that sent the request from a page; null for the server's own pages and for programs. */
  readonly crossOrigin: string | null;
}

/**
 * Decides from `Host`, `Origin` and `Sec-Fetch-Site` whether to answer a request or upgrade. Throws FORBIDDEN if not.
 *
 * A page of another site can make a browser send requests here. `Host` exposes a page whose own name resolves to this machine
 * (DNS rebinding); `Origin` and `Sec-Fetch-Site` expose a page that connects directly. Programs that are not browsers send
 * neither of these two.
 *
 * `isPage`: the request asks for a page that holds no data. Other sites may link to it but cannot embed it.
 */
export type HostCheck = (request: IncomingMessage, target: Target, isPage: boolean) => Admission;

export function createHostCheck({ allowedHosts, allowedOrigins }: HostCheckOptions): HostCheck {
  const names = allowedHosts.map((name) => name.toLowerCase());

  /** The origins of the server's own pages for a request with this `Host`. */
  function ownOrigins(authority: string, name: string): readonly string[] {
    // An allowed name may belong to a TLS proxy. On a local name, https is a different server.
    return names.includes(name) ? [`http://${authority}`, `https://${authority}`] : [`http://${authority}`];
  }

  return (request, { authority: targetAuthority }, isPage) => {
    const { headers } = request;
    const authority = hostOf(request);
    const name = nameIn(authority);
    if (authority === null || name === null || ![...LOCAL_NAMES, ...names].includes(name)) {
      throw forbidden('Host', {
        expected: [...LOCAL_NAMES, ...allowedHosts].join(', '),
        got: headers.host,
        setting: 'STEMMA_ALLOWED_HOSTS adds names',
      });
    }
    if (targetAuthority !== null && targetAuthority.toLowerCase() !== authority) {
      throw forbidden('request target', { expected: `a path or http://${authority}/`, got: request.url });
    }
    const { origin } = headers;
    const own = origin === undefined || ownOrigins(authority, name).includes(origin);
    if (!own && !allowedOrigins.includes(origin)) {
      throw forbidden('Origin', {
        expected: ['none', ...ownOrigins(authority, name), ...allowedOrigins].join(', '),
        got: origin,
        setting: 'STEMMA_ALLOWED_ORIGINS adds origins',
      });
    }
    const crossOrigin = own ? null : origin;
    if (isForeign(headers) && crossOrigin === null && !(isPage && isNavigation(request))) {
      throw forbidden('Sec-Fetch-Site', {
        expected: 'same-origin, none, or an origin that is allowed',
        got: headers['sec-fetch-site'],
        setting: 'STEMMA_ALLOWED_ORIGINS adds origins',
      });
    }
    return { request: request as CheckedRequest, crossOrigin };
  };
}

/** The request's only `Host`, in lower case; null if it has none or several. */
function hostOf({ rawHeaders, headers }: IncomingMessage): string | null {
  // If there are several, Node keeps the first, but a proxy in front may have read the last.
  const count = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  return count === 1 ? (headers.host?.toLowerCase() ?? null) : null;
}

/** The name in a host with an optional port, exactly as written: an address in another notation is a different name. */
function nameIn(authority: string | null): string | null {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(authority ?? '')?.[1] ?? null;
}

/**
 * Whether the browser reports that another site's page caused the request. Another local port counts as another site, although
 * browsers call it `same-site`.
 */
function isForeign(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Whether the browser opens the address as a top-level page, as for a link. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  );
}

function forbidden(
  what: string,
  { expected, got, setting }: { readonly expected: string; readonly got: unknown; readonly setting?: string },
): StemmaError {
  const advice = setting === undefined ? '' : `; ${setting}`;
  return new StemmaError(
    'FORBIDDEN',
    `${what}: expected ${expected}, got ${JSON.stringify(got ?? null)}${advice}`,
  );
}
