import type { AgentSpan, SpansOfTrace } from './agent-traces.js';

/** A trace in a list, with its totals. */
export interface ListedTrace {
  readonly id: string;
  readonly spans: number;
  readonly tokens: number;
  readonly cost: number;
}

/** Something that stores spans and is queried with GraphQL. */
export interface SpanStore {
  readonly name: string;
  /** The request bodies, one per batch, made before the clock starts. */
  bodiesOf(batches: readonly (readonly SpansOfTrace[])[]): readonly Buffer[];
  /** Sends a body, and resolves when it is acknowledged. */
  send(body: Buffer): Promise<unknown>;
  /** Resolves once a query counts this many spans in the newest traces, and in total. */
  untilCounted(count: {
    readonly newestTraces: number;
    readonly inThem: number;
    readonly inAll: number;
  }): Promise<void>;
  /** Resolves once a query finds the span. */
  untilFound(spanId: string): Promise<void>;
  /** The newest traces with their totals. */
  list(first: number): Promise<readonly ListedTrace[]>;
  /** All spans of a trace with their content. */
  spansOf(traceId: string): Promise<readonly Pick<AgentSpan, 'id' | 'parentId' | 'input' | 'output'>[]>;
  /** Stops it; returns how many more bytes it has on disk than when it was opened. */
  bytesOnDisk(): Promise<number>;
}
