import type { Client } from '../api-client.js';
import type { Agent } from './demo-agent.js';
import type { DemoThread } from './demo-thread.js';

/** The ids of what one run writes. */
export interface DemoIds {
  /** The traces: two short runs that failed, the one to watch, and the sub-trace it starts. */
  readonly monday: string;
  readonly tuesday: string;
  readonly incident: string;
  readonly review: string;
  /** The threads: the on-call agent's, and the branch in which it returns to the point before a wrong guess. */
  readonly thread: string;
  readonly branch: string;
  /** The memory that the first run writes and the third reads. */
  readonly experience: string;
}

/** Prints a line, then waits so that it can be read, in proportion to the pace. */
export type Tell = (line: string, waitMs: number) => Promise<void>;

export function demoIds(runId: string): DemoIds {
  return {
    monday: `demo-${runId}-monday`,
    tuesday: `demo-${runId}-tuesday`,
    incident: `demo-${runId}`,
    review: `demo-${runId}-review`,
    thread: `demo-${runId}-thread`,
    branch: `demo-${runId}-branch`,
    experience: `restart-does-not-help-${runId}`,
  };
}

/** What every part of the demo uses. */
export interface Scene {
  readonly client: Client;
  readonly tell: Tell;
  readonly ids: DemoIds;
  readonly agent: Agent;
  readonly thread: DemoThread;
}
