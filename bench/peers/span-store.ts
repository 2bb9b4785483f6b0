import type { AgentSpan, SpansOfTrace } from './agent-traces.js';

/** A trace in a list, with its totals. */
export interface ListedTrace {
  readonly id: string;
  readonly spans: number;
  readonly tokens: number;
  readonly cost: number;
}

/** Something that keeps spans and is asked by GraphQL. */
export interface SpanStore {
  readonly name: string;
  /** The bodies of requests, one a batch, made before the clock runs. */
  bodiesOf(batches: readonly (readonly SpansOfTrace[])[]): readonly Buffer[];
  /** Sends a body, and resolves when it is acknowledged. */
  send(body: Buffer): Promise<unknown>;
  /** Resolves once a query counts the spans: so many in the newest traces, and in all. */
  untilCounted(count: {
    readonly newestTraces: number;
    readonly inThem: number;
    readonly inAll: number;
  }): Promise<void>;
  /** Resolves once a query finds the span. */
  untilFound(spanId: string): Promise<void>;
  /** The newest traces with their totals. */
  list(first: number): Promise<readonly ListedTrace[]>;
  /** All spans of a trace with what they hold. */
  spansOf(traceId: string): Promise<readonly Pick<AgentSpan, 'id' | 'parentId' | 'input' | 'output'>[]>;
  /** Stops it; what it has on disk more than when it was opened. */
  bytesOnDisk(): Promise<number>;
}
