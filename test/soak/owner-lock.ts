/** Who may write to an owner: any number of writers at once, or one deletion alone. */
export interface OwnerLock {
  /** Undefined while a deletion holds it or waits for it; otherwise how to release it. */
  share(): (() => void) | undefined;
  /** Waits for the writers that hold it. Undefined if another deletion holds it, or after `withinMs`. */
  exclude(withinMs: number): Promise<(() => void) | undefined>;
  readonly sharers: number;
}

export function createOwnerLock(): OwnerLock {
  let sharers = 0;
  let excluded = false;
  let wake: () => void = () => undefined;
  return {
    get sharers() {
      return sharers;
    },
    share() {
      if (excluded) {
        return undefined;
      }
      sharers += 1;
      return () => {
        sharers -= 1;
        wake();
      };
    },
    async exclude(withinMs) {
      if (excluded) {
        return undefined;
      }
      excluded = true;
      const end = performance.now() + withinMs;
      while (sharers > 0) {
        const left = end - performance.now();
        if (left <= 0) {
          excluded = false;
          return undefined;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, Math.min(left, 500));
        });
      }
      return () => {
        excluded = false;
      };
    },
  };
}
