/** A poll that repeats for as long as it is wanted. */
export interface Poll {
  /** Starts polling unless it already runs. Call this when the poll becomes wanted. */
  start(): void;
  stop(): void;
}

/** Calls `poll` repeatedly while `wanted`, each time `everyMs` after the last call ended. Calls never overlap. */
export function createPoll({
  everyMs,
  wanted,
  poll,
}: {
  readonly everyMs: number;
  readonly wanted: () => boolean;
  /** Must not reject. */
  readonly poll: () => Promise<void>;
}): Poll {
  let timer: NodeJS.Timeout | undefined;
  let polling = false;

  function start(): void {
    if (timer === undefined && !polling && wanted()) {
      timer = setTimeout(() => void run(), everyMs);
    }
  }

  async function run(): Promise<void> {
    timer = undefined;
    polling = true;
    try {
      await poll();
    } finally {
      polling = false;
      start();
    }
  }

  return {
    start,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
