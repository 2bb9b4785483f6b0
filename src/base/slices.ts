/** Divides long work into slices of a few milliseconds. Between two slices the event loop serves other requests. */
export interface Slices {
  /** Whether what has run in this turn of the event loop has used up its slice. */
  isUsedUp(): boolean;
  /** Resolves in a later turn, after what has waited longer. `owner` is the request it is for, if anyone asks for that. */
  later(owner?: object): Promise<void>;
  /** Whether anything of this owner waits. */
  isWaiting(owner: object): boolean;
}

/** Long enough that a slice costs little, short enough that a request of another client is soon answered. */
const SLICE_MS = 10;

const NOBODY = {};

/** There is one for each event loop, as all that runs in a turn shares its slice. */
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
  // Each that is served runs in microtasks, so the next is served in one too: then the clock has seen what the last one took.
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
        // The end of this slice serves it.
        isUsedUp();
      }),
    isWaiting: (owner) => (counts.get(owner) ?? 0) > 0,
  };
}

export const slices = createSlices();

/** How many rows are made and sent in one go. */
const PART = 500;

/** Rows in parts that can each be encoded in one slice. */
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
    // To check the input of so many took a slice already.
    await slices.later();
  }
  return await runInSlices(mapInSteps(items, map));
}

/** Runs a generator to its end, in slices: they end at its `yield`s. */
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
 * When a DataLoader of `owner` sends its batch: not before every field of the request that could add to it has run, also where
 * these take more than one slice.
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
    // As DataLoader does by itself: behind all that the promises of this turn lead to.
    void Promise.resolve().then(() => process.nextTick(sendOrWait));
  };
}
