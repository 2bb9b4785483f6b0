import { ClientLeftError, StemmaError } from './errors.js';

/**
 * The bounds of one request: its deadline, whether its client is still connected, what it may read and what it may cost.
 * All work for the request stops when `signal` is aborted.
 */
export interface RequestScope {
  /** Aborted when the deadline passes, the client disconnects or a budget is used up; its reason is the error to answer with. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline; 0 after it. */
  remainingMs(): number;
  /** Counts bytes read from the database for the response; throws an OverBudgetError if the request may not read as many. */
  countBytes(bytes: number): void;
  /** Counts bytes of the response; throws an OverBudgetError if it may not have as many. */
  countResponseBytes(bytes: number): void;
  /** Counts fields of the result; throws an OverBudgetError if they cost more than a query may. */
  countCost(fields: number): void;
  /** From now on a write may have been done: if the deadline passes, the error says so. */
  beginWrite(): void;
  /** Why the database is unavailable while the request waits for it, for the error at the deadline; otherwise undefined. */
  databaseAway: string | undefined;
  /** Stops the request with this error; has no effect if it is already stopped. */
  stop(error: StemmaError): void;
  /** Clears the timer. Call this when the request is answered. */
  end(): void;
  /**
   * Starts over with a new signal, the full time and all counters at 0; called before each event of a subscription. If the
   * client has disconnected, the new signal is aborted too.
   */
  renew(): void;
}

/** A request exceeds one of its budgets. Code that knows which list caused this tells the client. */
export class OverBudgetError extends StemmaError {
  constructor(message: string) {
    super('BAD_USER_INPUT', message);
  }
}

export interface ScopeLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** No limit unless given. */
  readonly maxCost?: number;
}

/** Starts a request's scope; `onLeave` registers a callback for when the client disconnects, if that can be detected. */
export function createRequestScope({
  timeoutMs,
  maxBytes,
  maxCost = Infinity,
  onLeave,
}: ScopeLimits & { readonly onLeave?: (leave: () => void) => void }): RequestScope {
  let controller = new AbortController();
  let deadlineMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let readBytes = 0;
  let responseBytes = 0;
  let cost = 0;
  let wrote = false;
  let hasLeft = false;

  const stop = (error: StemmaError): void => {
    clearTimeout(timer);
    if (!controller.signal.aborted) {
      controller.abort(error);
    }
  };
  const stopAtDeadline = (): void => {
    const away = scope.databaseAway;
    const why =
      away === undefined ? '' : ` while it waited for the database, which is not available (${away})`;
    stop(
      new StemmaError(
        'UNAVAILABLE',
        `the request took longer than ${timeoutMs / 1000} s${why}, and was stopped`,
        {
          written: wrote ? 'UNKNOWN' : 'NO',
        },
      ),
    );
  };
  const leave = (): void => {
    hasLeft = true;
    stop(new ClientLeftError());
  };
  const begin = (): void => {
    readBytes = 0;
    responseBytes = 0;
    cost = 0;
    scope.databaseAway = undefined;
    deadlineMs = performance.now() + timeoutMs;
    clearTimeout(timer);
    timer = setTimeout(stopAtDeadline, timeoutMs);
    timer.unref();
  };

  const scope: RequestScope = {
    databaseAway: undefined,
    get signal() {
      return controller.signal;
    },
    remainingMs: () => Math.max(0, deadlineMs - performance.now()),
    countBytes(bytes) {
      readBytes += bytes;
      if (readBytes > maxBytes) {
        throw new OverBudgetError(
          `expected a query that reads at most ${maxBytes} bytes, got one that reads more`,
        );
      }
    },
    countResponseBytes(bytes) {
      responseBytes += bytes;
      if (responseBytes > maxBytes) {
        throw new OverBudgetError(
          `expected a query with a response of at most ${maxBytes} bytes, got one with a longer response`,
        );
      }
    },
    countCost(fields) {
      cost += fields;
      if (cost > maxCost) {
        throw new OverBudgetError(`expected a result of at most ${maxCost} fields, got more`);
      }
    },
    beginWrite() {
      wrote = true;
    },
    stop,
    end: () => clearTimeout(timer),
    renew() {
      controller = new AbortController();
      begin();
      if (hasLeft) {
        leave();
      }
    },
  };
  begin();
  onLeave?.(leave);
  return scope;
}

/** Settles like `work`, or rejects with the scope's error once that is aborted: the client is answered even if `work` hangs. */
export async function withinScope<T>({ signal }: RequestScope, work: Promise<T>): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
    }
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
