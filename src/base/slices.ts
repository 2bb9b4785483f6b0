/** Divides long work into slices of a few milliseconds. Between two slices the event loop serves other requests. */
export interface Slices {
  /** Whether the work done in this turn of the event loop has used up its slice. */
  isUsedUp(): boolean;
  /** Resolves in a later turn, after work that has waited longer. `owner` is the request it is for, if `isWaiting` is used. */
  later(owner?: object): Promise<void>;
  /** Whether any work of this owner is waiting. */
  isWaiting(owner: object): boolean;
}

/** Long enough that slicing costs little, short enough that other clients' requests are answered soon. */
const SLICE_MS = 10;

const NOBODY = {};

/** Each event loop needs exactly one, because all work in a turn shares one slice. */
function createSlices(): Slices {
  let sliceStart: number | undefined;
  let waiting: { readonly owner: object; readonly serve: () => void }[] = [];
  let served = 0;
  const counts = new WeakMap<object, number>();
  const count = (owner: object, change: number): void => {
    counts.set(owner, (counts.get(owner) ?? 0) + change);
  };

  const isUsedUp = (): boolean => {
    const now = performance.now();
    if (sliceStart === undefined) {
      sliceStart = now;
      setImmediate(endSlice);
    }
    return now - sliceStart > SLICE_MS;
  };
  const endSlice = (): void => {
    sliceStart = undefined;
    if (served < waiting.length) {
      serve();
    } else {
      waiting = [];
      served = 0;
    }
  };
  // Resumed work runs in microtasks, so the next is resumed in one too: the clock then includes the time of the last one.
  const serve = (): void => {
    if (isUsedUp()) {
      return;
    }
    const next = waiting[served];
    if (next !== undefined) {
      served += 1;
      count(next.owner, -1);
      next.serve();
      queueMicrotask(serve);
    }
  };

  return {
    isUsedUp,
    later: (owner = NOBODY) =>
      new Promise((resolve) => {
        count(owner, 1);
        waiting.push({ owner, serve: resolve });
        // Makes sure that a slice is open: the end of the slice serves it.
        isUsedUp();
      }),
    isWaiting: (owner) => (counts.get(owner) ?? 0) > 0,
  };
}

export const slices = createSlices();

/** How many rows are created and sent at once. */
const PART = 500;

/** Splits rows into parts that can each be encoded in one slice. */
export function partsOf<Row>(rows: readonly Row[]): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / PART) }, (_, part) =>
    rows.slice(part * PART, (part + 1) * PART),
  );
}

/** Calls `map` with each item in turn, and yields after each. */
export function* mapInSteps<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result,
): Generator<void, Result[], void> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    results.push(map(item, index));
    yield;
  }
  return results;
}

/** Calls `map` with each item in turn, in slices. */
export async function mapInSlices<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result,
): Promise<Result[]> {
  if (items.length > PART) {
    // Checking the input of so many items has already taken a slice.
    await slices.later();
  }
  return await runInSlices(mapInSteps(items, map));
}

/** Runs a generator to its end, in slices that end at its `yield`s. */
export async function runInSlices<Result>(work: Generator<void, Result, void>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) {
      return value;
    }
    if (slices.isUsedUp()) {
      await slices.later();
    }
  }
}

/**
 * Schedules the batches of a DataLoader of `owner`: a batch is sent only after every field of the request that could add to
 * it has run, even if these take more than one slice.
 */
export function batchesOf(owner: object): (send: () => void) => void {
  return (send) => {
    const sendOrWait = (): void => {
      if (slices.isWaiting(owner)) {
        setImmediate(sendOrWait);
      } else {
        send();
      }
    };
    // The same as DataLoader's default: after all promise callbacks of this turn.
    void Promise.resolve().then(() => process.nextTick(sendOrWait));
  };
}
