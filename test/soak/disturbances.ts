/** What was disturbed: a server by its name, the database, or the soak's own event loop. */
export type Target = 'A' | 'B' | 'neo4j' | 'soak';

interface Disturbance {
  readonly target: Target;
  readonly kind: string;
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
}

/** What was done to the processes, and when (performance.now()): it excuses what would otherwise be a failure. */
export interface Disturbances {
  /** Begins a disturbance, and returns how to end it. */
  begin(target: Target, kind: string): () => void;
  /** For how many milliseconds between `from` and `to` the targets were disturbed. */
  overlapMs(targets: readonly Target[], from: number, to: number): number;
  /** What disturbed one of the targets within the time, or up to `marginMs` around it; undefined if nothing did. */
  during(targets: readonly Target[], from: number, to: number, marginMs?: number): string | undefined;
  /** Stops the heartbeat. */
  close(): void;
}

const BEAT_MS = 100;
const LATE_MS = 250;

export function createDisturbances(): Disturbances {
  const all: Disturbance[] = [];
  let last = performance.now();
  // When the soak itself gets no processor time, answers are read late through no fault of the server.
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > BEAT_MS + LATE_MS) {
      all.push({ target: 'soak', kind: 'late event loop', from: last, to: now });
    }
    last = now;
  }, BEAT_MS);

  return {
    begin(target, kind) {
      const disturbance: Disturbance = { target, kind, from: performance.now(), to: Infinity };
      all.push(disturbance);
      return () => {
        disturbance.to = Math.min(disturbance.to, performance.now());
      };
    },
    overlapMs(targets, from, to) {
      const parts = all
        .filter(({ target }) => targets.includes(target))
        .map((item) => [Math.max(from, item.from), Math.min(to, item.to)] as const)
        .filter(([start, end]) => end > start)
        .sort(([a], [b]) => a - b);
      let covered = 0;
      let upTo = from;
      for (const [start, end] of parts) {
        covered += Math.max(0, end - Math.max(start, upTo));
        upTo = Math.max(upTo, end);
      }
      return covered;
    },
    during(targets, from, to, marginMs = 1_000) {
      return all.find(
        (item) => targets.includes(item.target) && item.from <= to + marginMs && item.to >= from - marginMs,
      )?.kind;
    },
    close: () => clearInterval(timer),
  };
}
