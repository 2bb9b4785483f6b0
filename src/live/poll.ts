/** A look that is repeated for as long as someone wants it. */
export interface Poll {
  /** Goes on, if it does not already: to be called when someone begins to want it. */
  start(): void;
  stop(): void;
}

/** Calls `look` again and again, each time `everyMs` after it ended, while `wanted`. There is never more than one at a time. */
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
