/** A strictly increasing clock: no two readings are equal, even if the system's clock stands still or goes back. */
export function createClock(nowMs: () => number = Date.now): () => string {
  let lastMs = -Infinity;
  return () => {
    lastMs = Math.max(nowMs(), lastMs + 1);
    return new Date(lastMs).toISOString();
  };
}
