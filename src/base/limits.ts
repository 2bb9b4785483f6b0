/** What one client, request or process may use. Sizes in bytes, times in milliseconds. */
export interface Limits {
  /** How long a request may take once its body has arrived; then it is stopped and answered with UNAVAILABLE. */
  readonly requestTimeoutMs: number;
  /** The largest request body and WebSocket message. */
  readonly maxRequestBytes: number;
  /** How much one response may read from the database, and how large it may be. */
  readonly maxResponseBytes: number;
  /** What a query may cost, in fields: see `query-cost.ts`. */
  readonly maxQueryCost: number;
  /** The total size of all request bodies that are being received or answered. */
  readonly maxBodiesBytes: number;
  /** The total size of all writes that wait for their commit. */
  readonly maxQueuedBytes: number;
  /** How long a client may take to send its request's headers. */
  readonly headersTimeoutMs: number;
  /** How long a client may pause while it sends a body, or while it reads a response or event stream. */
  readonly bodyTimeoutMs: number;
  /** How many WebSockets and event streams may be open at once. */
  readonly maxSockets: number;
  /** How many subscriptions one WebSocket may have at once. */
  readonly maxSubscriptions: number;
  /** How long a stop may take. */
  readonly stopTimeoutMs: number;
}

const MB = 1024 * 1024;

/** The default limits: together they keep the server's memory under 1 GB. */
export const DEFAULT_LIMITS: Limits = {
  requestTimeoutMs: 30_000,
  maxRequestBytes: 16 * MB,
  maxResponseBytes: 64 * MB,
  maxQueryCost: 200_000,
  maxBodiesBytes: 64 * MB,
  maxQueuedBytes: 64 * MB,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  maxSockets: 5_000,
  maxSubscriptions: 1_000,
  stopTimeoutMs: 10_000,
};
