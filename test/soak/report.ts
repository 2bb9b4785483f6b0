import { writeFileSync } from 'node:fs';

/** What a soak judges, in the order of its table. */
export const CHECKS = {
  lost: 'acknowledged writes lost',
  duplicated: 'acknowledged writes duplicated',
  changed: 'acknowledged writes with different content',
  deleted: 'deletions that are complete',
  invariants: 'a recount of every invariant',
  logs: 'a gapless log at every watcher',
  deadlines: 'every request answered within its deadline',
  answers: 'every answer is data or a code of the contract',
  recovery: 'servers and database come back by themselves',
  memory: 'memory flat to within 10 %',
  processes: 'no process and no folder left',
} as const;
export type Check = keyof typeof CHECKS;

/** Something that a check found. */
export interface Finding {
  readonly check: Check;
  /** Seconds since the start. */
  readonly at: number;
  readonly what: string;
  /** What it concerns: an id, a process, a request. */
  readonly id: string;
}

interface KindFigures {
  count: number;
  acknowledged: number;
  retried: number;
  maxMs: number;
  totalMs: number;
  readonly codes: Map<string, number>;
}

/** Counts and findings, and their tables. */
export interface Report {
  /** Seconds since the start. */
  seconds(): number;
  find(check: Check, what: string, id: string): void;
  /** One attempt of an operation of a kind. `code` is undefined for data, LOST for a broken connection. */
  attempt(kind: string, ms: number, code: string | undefined): void;
  /** An operation that was acknowledged after `attempts`. */
  acknowledged(kind: string, attempts: number): void;
  count(name: string, by?: number): void;
  /** Keeps the highest value. */
  most(name: string, value: number): void;
  line(text: string): void;
  /** From here on, only leftover processes are reported, because the actors no longer have servers. */
  mute(): void;
  progress(): void;
  /** Prints the tables, writes them to `out`, and returns how many checks failed. `unjudged` are those that had no data. */
  close(options: {
    readonly seed: number;
    readonly replay: string;
    readonly unjudged: ReadonlyMap<Check, string>;
    readonly out: string | undefined;
    readonly figures: object;
  }): number;
}

const SHOWN = 12;
const KEPT = 200;

export function createReport(print: (line: string) => void): Report {
  const begun = performance.now();
  const findings = new Map<Check, { count: number; kept: Finding[] }>();
  const kinds = new Map<string, KindFigures>();
  let muted = false;
  const counts = new Map<string, number>();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const stamp = (at: number): string => `${at.toFixed(1).padStart(7)} s`;

  const figuresOf = (kind: string): KindFigures => {
    let figures = kinds.get(kind);
    if (figures === undefined) {
      figures = { count: 0, acknowledged: 0, retried: 0, maxMs: 0, totalMs: 0, codes: new Map() };
      kinds.set(kind, figures);
    }
    return figures;
  };
  const line = (text: string): void => print(`${stamp(seconds())}  ${text}`);

  return {
    seconds,
    mute() {
      muted = true;
    },
    find(check, what, id) {
      if (muted && check !== 'processes') {
        return;
      }
      const finding: Finding = { check, at: Number(seconds().toFixed(1)), what, id };
      const found = findings.get(check) ?? { count: 0, kept: [] };
      findings.set(check, found);
      found.count += 1;
      if (found.kept.length < KEPT) {
        found.kept.push(finding);
      }
      if (found.count <= SHOWN) {
        line(`FOUND ${check}: ${what} [${id}]`);
      }
    },
    attempt(kind, ms, code) {
      const figures = figuresOf(kind);
      figures.count += 1;
      figures.totalMs += ms;
      figures.maxMs = Math.max(figures.maxMs, ms);
      if (code !== undefined) {
        figures.codes.set(code, (figures.codes.get(code) ?? 0) + 1);
      }
    },
    acknowledged(kind, attempts) {
      const figures = figuresOf(kind);
      figures.acknowledged += 1;
      figures.retried += attempts - 1;
    },
    count(name, by = 1) {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    most(name, value) {
      counts.set(name, Math.max(counts.get(name) ?? 0, Math.round(value)));
    },
    line,
    progress() {
      const all = [...kinds.values()];
      const sum = (of: (figures: KindFigures) => number): number =>
        all.reduce((total, figures) => total + of(figures), 0);
      const found = [...findings].map(([check, { count }]) => `${check} ${count}`).join(', ');
      line(
        `${sum(({ count }) => count)} requests, ${sum(({ acknowledged }) => acknowledged)} acknowledged, ` +
          `${sum(({ retried }) => retried)} retried, ${counts.get('rows acknowledged') ?? 0} rows, ` +
          `${counts.get('events seen') ?? 0} events, ${counts.get('reconnects') ?? 0} reconnects, ` +
          `${counts.get('disturbances') ?? 0} disturbances${found === '' ? '' : `; FOUND ${found}`}`,
      );
    },
    close({ seed, replay, unjudged, out, figures }) {
      const rows = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
      print('');
      print(
        `${'kind'.padEnd(34)}${'sent'.padStart(8)}${'acked'.padStart(8)}${'retried'.padStart(8)}`.concat(
          `${'mean ms'.padStart(9)}${'max ms'.padStart(8)}  codes`,
        ),
      );
      for (const [kind, { count, acknowledged, retried, maxMs, totalMs, codes }] of rows) {
        const shownCodes = [...codes].map(([code, times]) => `${code} ${times}`).join(', ');
        print(
          `${kind.padEnd(34)}${String(count).padStart(8)}${String(acknowledged).padStart(8)}${String(retried).padStart(8)}` +
            `${(totalMs / Math.max(1, count)).toFixed(0).padStart(9)}${maxMs.toFixed(0).padStart(8)}  ${shownCodes}`,
        );
      }
      print('');
      for (const [name, value] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
        print(`${name.padEnd(50)}${String(value).padStart(12)}`);
      }
      print('');
      const names = Object.keys(CHECKS) as Check[];
      for (const check of names) {
        const found = findings.get(check);
        const why = unjudged.get(check);
        const word = found !== undefined ? `FAILED, ${found.count} found` : (why ?? 'passed');
        print(`${CHECKS[check].padEnd(50)}${word}`);
        found?.kept.slice(0, SHOWN).forEach(({ at, what, id }) => print(`  ${stamp(at)}  ${what} [${id}]`));
      }
      const failed = names.filter((check) => findings.has(check)).length;
      const passed = names.filter((check) => !findings.has(check) && !unjudged.has(check)).length;
      print('');
      print(`seed ${seed}; to run it again: ${replay}`);
      print(
        `${passed} passed, ${failed} failed${unjudged.size === 0 ? '' : `, ${unjudged.size} not judged`}`,
      );
      if (out !== undefined) {
        const kindRows = rows.map(([kind, row]) => ({ kind, ...row, codes: Object.fromEntries(row.codes) }));
        const checks = Object.fromEntries(
          names.map((check) => [
            check,
            {
              found: findings.get(check)?.count ?? 0,
              findings: findings.get(check)?.kept ?? [],
              ...(unjudged.has(check) ? { notJudged: unjudged.get(check) } : {}),
            },
          ]),
        );
        const all = {
          seed,
          replay,
          seconds: seconds(),
          checks,
          counts: Object.fromEntries(counts),
          kinds: kindRows,
        };
        writeFileSync(out, `${JSON.stringify({ ...all, ...figures }, null, 2)}\n`);
      }
      return failed;
    },
  };
}
