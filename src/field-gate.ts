/**
 * Divides the execution of queries and the writing of results into slices, so that none keeps the event loop for long: once a
 * slice is used up, what passes the gate waits for a later turn of the loop.
 */
export interface FieldGate {
  /** Whether what has run in this turn of the event loop has used up its slice. */
  isUsedUp(): boolean;
  /** Resolves in a later turn, after what has waited longer. `owner` is the request it is for. */
  later(owner: object): Promise<void>;
  /** Whether anything of this owner waits. */
  isWaiting(owner: object): boolean;
}

/** Long enough that a slice costs little, short enough that a request of another client is soon answered. */
const SLICE_MS = 10;

/** A gate for an event loop; there is one for each, as all that runs in a turn shares its slice. */
function createFieldGate(): FieldGate {
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
    later: (owner) =>
      new Promise((resolve) => {
        count(owner, 1);
        waiting.push({ owner, serve: resolve });
        // The end of this slice serves it.
        isUsedUp();
      }),
    isWaiting: (owner) => (counts.get(owner) ?? 0) > 0,
  };
}

export const fieldGate = createFieldGate();

/**
 * When a DataLoader of `owner` sends its batch: not before every field of the request that could add to it has run, also where
 * these take more than one slice.
 */
export function batchesOf(owner: object): (send: () => void) => void {
  return (send) => {
    const sendOrWait = (): void => {
      if (fieldGate.isWaiting(owner)) {
        setImmediate(sendOrWait);
      } else {
        send();
      }
    };
    // As DataLoader does by itself: behind all that the promises of this turn lead to.
    void Promise.resolve().then(() => process.nextTick(sendOrWait));
  };
}
