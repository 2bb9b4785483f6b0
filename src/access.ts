import type { IncomingMessage } from 'node:http';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether `host` is an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Why a request must not be answered, or null. A page of another site may make a browser send requests here: one that has
 * its own name resolve to this machine (DNS rebinding) is told by `Host`, one that simply connects by `Origin`. Programs
 * that are not browsers send no `Origin`.
 */
export function refusal(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { allowedHosts }: { readonly allowedHosts: readonly string[] },
): string | null {
  const allowed = (name: string): boolean => isLoopback(name) || allowedHosts.includes(name);
  const host = headers.host === undefined ? null : hostname(`http://${headers.host}`);
  if (host === null || !allowed(host)) {
    return `Host: expected ${[...LOOPBACK, ...allowedHosts].join(', ')}, got ${JSON.stringify(headers.host ?? null)}; STEMMA_ALLOWED_HOSTS adds names`;
  }
  if (headers.origin !== undefined) {
    const origin = hostname(headers.origin);
    if (origin === null || !allowed(origin)) {
      return `Origin: expected a page of this machine, got ${JSON.stringify(headers.origin)}; STEMMA_ALLOWED_HOSTS adds names`;
    }
  }
  return null;
}

function hostname(url: string): string | null {
  try {
    return new URL(url).hostname;
  } catch {
    return null;
  }
}
