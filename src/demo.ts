import type { Client } from './api-client.js';

/** Plays a run of an agent live. */
export function runDemo(_client: Client, _say: (line: string) => void): Promise<void> {
  return Promise.reject(new Error('not built yet'));
}
