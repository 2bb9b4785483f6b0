/**
 * Divides the execution of queries into slices, so that none keeps the event loop for long: once a slice is used up, what
 * passes the gate waits for a later turn of the loop.
 */
export interface FieldGate {
  /** Whether what has run in this turn of the event loop has used up its slice. */
  isUsedUp(): boolean;
  /** Resolves in a later turn, after what has waited longer. */
  later(): Promise<void>;
}

export function createFieldGate(sliceMs: number): FieldGate {
  let sliceStart: number | undefined;
  let waiting: (() => void)[] = [];
  let served = 0;

  const isUsedUp = (): boolean => {
    const now = performance.now();
    if (sliceStart === undefined) {
      sliceStart = now;
      setImmediate(endSlice);
    }
    return now - sliceStart > sliceMs;
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
      next();
      queueMicrotask(serve);
    }
  };

  return {
    isUsedUp,
    later: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        // The end of this slice serves it.
        isUsedUp();
      }),
  };
}
