import type { Client } from './client.js';
import type { Disturbances } from './disturbances.js';
import type { Ledger } from './ledger.js';
import type { Options } from './options.js';
import type { Random } from './random.js';
import type { Report } from './report.js';
import type { Topology } from './topology.js';
import type { Writing } from './writing.js';

/** What every actor of a soak works with. */
export interface Run {
  readonly options: Options;
  readonly report: Report;
  readonly disturbances: Disturbances;
  readonly topology: Topology;
  readonly client: Client;
  readonly writing: Writing;
  readonly ledger: Ledger;
  random(name: string): Random;
  /** Aborted when the actors must end: they finish what they have started. */
  readonly ending: AbortSignal;
  /** Resolves at once, or after the pause in which memory is measured. */
  resumed(): Promise<void>;
}
