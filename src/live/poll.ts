/** A poll that repeats for as long as it is wanted. */
export interface Poll {
  /** Starts polling unless it already runs. Call this when the poll becomes wanted. */
  start(): void;
  stop(): void;
}

/** Calls `look` repeatedly while `wanted`, each time `everyMs` after the last call ended. Calls never overlap. */
export function createPoll({
  everyMs,
  wanted,
  look,
}: {
  readonly everyMs: number;
  readonly wanted: () => boolean;
  /** Must not reject. */
  readonly look: () => Promise<void>;
}): Poll {
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  function start(): void {
    if (timer === undefined && !looking && wanted()) {
      timer = setTimeout(() => void run(), everyMs);
    }
  }

  async function run(): Promise<void> {
    timer = undefined;
    looking = true;
    try {
      await look();
    } finally {
      looking = false;
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
