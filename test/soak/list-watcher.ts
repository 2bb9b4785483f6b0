import { setTimeout as delay } from 'node:timers/promises';
import { openOwners, type TraceOwner } from './ledger.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { SoakServer } from './server.js';
import { subscribe, type Subscription } from './subscription.js';
import { PATIENCE } from './timeouts.js';
import { appendEvent } from './trace-writes.js';

const TRACE_CHANGES = 'subscription { traceChanges { kind traceId trace { lastEventId } } }';
const LEAVE_AFTER_MS = 20_000;
const TOUCHED = 8;
const DRAIN_MS = 20_000 * PATIENCE;

/** Follows the list of traces, which has no log to resume: it must show the newest state at the end. */
export function startListWatcher(run: Run, random: Random): { drained(): Promise<void> } {
  const { report, topology } = run;
  let draining = false;
  let over = false;
  /** What this connection has reported for each trace. */
  let emitted = new Map<string, number>();
  let subscription: Subscription | undefined;

  async function follow(): Promise<void> {
    while (!over) {
      const server = random.pick(topology.servers) as SoakServer;
      const opened = subscribe(server.url, TRACE_CHANGES, {});
      subscription = opened;
      emitted = new Map();
      const timer = setTimeout(
        () => !draining && opened.leave(random.chance(0.5)),
        random.next() * LEAVE_AFTER_MS,
      );
      for (let arrival = await opened.next(); arrival.kind === 'data'; arrival = await opened.next()) {
        report.count('list changes seen');
        const { traceId, trace } = arrival.data.traceChanges;
        if (trace === null) {
          emitted.delete(traceId);
        } else {
          emitted.set(traceId, trace.lastEventId);
        }
      }
      clearTimeout(timer);
      opened.leave(false);
      report.count('reconnects');
      await delay(100 + random.next() * 400);
    }
  }
  const ended = follow();

  return {
    async drained() {
      draining = true;
      const touched = openOwners(run.ledger.traces).slice(0, TOUCHED);
      const end = performance.now() + DRAIN_MS;
      let missing: TraceOwner[] = touched;
      while (missing.length > 0 && performance.now() < end) {
        // Repeated, because a connection that was just opened reports only what changes from then on.
        for (const trace of missing) {
          await appendEvent(run, random, trace);
        }
        await delay(1_000);
        missing = await behind(run, missing, emitted);
      }
      for (const trace of missing) {
        report.find(
          'logs',
          `traceChanges does not show the newest state (event ${emitted.get(trace.id) ?? 'none'}) after ${DRAIN_MS} ms`,
          trace.id,
        );
      }
      over = true;
      subscription?.leave(true);
      await ended;
    },
  };
}

/** The traces for which the reported state is older than the one the API returns. */
async function behind(
  run: Run,
  traces: readonly TraceOwner[],
  emitted: ReadonlyMap<string, number>,
): Promise<TraceOwner[]> {
  const found: TraceOwner[] = [];
  for (const trace of traces) {
    const query = 'query ($id: ID!) { trace(id: $id) { lastEventId } }';
    const answer = await run.client.ask(run.topology.a, 'trace head', query, { id: trace.id });
    if (answer.kind !== 'data' || emitted.get(trace.id) !== answer.data.trace?.lastEventId) {
      found.push(trace);
    }
  }
  return found;
}
