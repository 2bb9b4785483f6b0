import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { StemmaError } from '../../src/base/errors.js';
import {
  AFTER_READ,
  createFollower,
  stateOf,
  STATES,
  type Follower,
  type FollowerState,
  type FollowerView,
  type Tail,
} from '../../src/live/follower.js';
import type { LogSource } from '../../src/live/log-source.js';
import type { Database } from '../../src/neo4j/database.js';

// The states of a follower, from the tables in follower.ts. No database is needed.

const CAUGHT_UP: FollowerView = {
  ended: false,
  stalled: false,
  cursor: 5,
  atHand: undefined,
  deleted: false,
  highWaterMark: 5,
  readUpTo: 5,
  reading: false,
};

/** For each state, what makes it hold, without any state before it. */
const VIEWS: Record<FollowerState, Partial<FollowerView>> = {
  ended: { ended: true },
  event: { atHand: 6 },
  gap: { atHand: 7 },
  deleted: { deleted: true },
  stalled: { stalled: true, highWaterMark: 6 },
  'caught up': { highWaterMark: 5 },
  'shared read': { highWaterMark: 6, reading: true },
  behind: { highWaterMark: 6 },
};

test('a follower is in the first state whose condition holds', () => {
  const states = Object.keys(STATES) as FollowerState[];
  for (const [index, state] of states.entries()) {
    assert.equal(stateOf({ ...CAUGHT_UP, ...VIEWS[state] }), state);
    // An earlier state that holds too wins.
    for (const earlier of states.slice(0, index)) {
      const both = { ...CAUGHT_UP, ...VIEWS[state], ...VIEWS[earlier] };
      assert.equal(stateOf(both), earlier, `${earlier} before ${state}`);
    }
  }
});

interface Event {
  readonly number: number;
}

/** A follower at event 5 of a log whose newest event is 6, and whose reads give `result`. */
function startFollower(result: keyof typeof AFTER_READ): {
  readonly follower: Follower<Event>;
  readonly tail: Tail<Event>;
  readonly ended: () => boolean;
} {
  let ended = false;
  const state = { projectId: 'p', ownerId: 't', generation: result === 'deleted' ? 'another' : 'g' };
  const source: LogSource<Event> = {
    read: () =>
      result === 'unavailable'
        ? Promise.reject(new StemmaError('UNAVAILABLE', 'away'))
        : Promise.resolve(result === 'events' ? [{ number: 6 }] : []),
    state: () => Promise.resolve(undefined),
    lockedState: () => Promise.resolve({ ...state, highWaterMark: result === 'end' ? 5 : 6 }),
    changedStates: () => Promise.resolve([]),
    numberOf: ({ number }) => number,
    sizeOf: () => 1,
  };
  const database = {
    readLocked: (_: string, work: (transaction: object) => Promise<unknown>) => work({}),
  } as unknown as Database;
  const tail: Tail<Event> = {
    ...{ owner: { projectId: 'p', ownerId: 't' }, generation: 'g', highWaterMark: 6, readUpTo: 5 },
    ...{ events: [], sizeBytes: 0, limit: 10, reading: false, deleted: false, stalled: false, quietPolls: 0 },
    followers: new Set(),
  };
  const follower = createFollower(database, source, tail, {
    after: 5,
    onDeleted: () => (tail.deleted = true),
    onEnd: () => (ended = true),
  });
  return { follower, tail, ended: () => ended };
}

/** What `next` gives after a read with that result; undefined: it waits. */
const EMITTED: Record<keyof typeof AFTER_READ, object | undefined> = {
  events: { kind: 'event', event: { number: 6 } },
  gap: { kind: 'gap', requested: 5, earliest: 7, latest: 6 },
  deleted: { kind: 'deleted' },
  end: undefined,
  unavailable: undefined,
};

for (const [result, after] of Object.entries(AFTER_READ) as [keyof typeof AFTER_READ, FollowerState][]) {
  test(`a read whose result is ${result} leads to the state ${after}`, async () => {
    const { follower, tail, ended } = startFollower(result);
    assert.equal(follower.state, 'behind');
    let settled: unknown = 'nothing';
    const next = follower.next().then((value) => (settled = value));
    // The read takes several turns; what is emitted comes after it.
    for (let turns = 0; turns < 10; turns += 1) {
      await turn();
    }
    const emitted = EMITTED[result];
    assert.deepEqual(settled, emitted === undefined ? 'nothing' : { done: false, value: emitted });
    // Emitting an event or a deletion leads on.
    const left = { event: 'caught up', deleted: 'ended' }[after as string] ?? after;
    assert.equal(follower.state, left);
    assert.equal(ended(), result === 'deleted');
    if (emitted === undefined) {
      // While it waits, a new event or `return` ends the wait.
      if (result === 'unavailable') {
        tail.followers.forEach((wake) => wake());
        assert.equal(follower.state, 'behind');
        await turn();
        assert.equal(follower.state, 'stalled', 'it reads again and fails again');
      } else {
        tail.events = [{ number: 6 }];
        tail.followers.forEach((wake) => wake());
        await next;
        assert.deepEqual(settled, { done: false, value: { kind: 'event', event: { number: 6 } } });
      }
    }
    await follower.return?.();
    assert.equal(follower.state, 'ended');
    assert.deepEqual(await follower.next(), { done: true, value: undefined });
    assert.equal(tail.followers.size, 0);
  });
}

test('a follower waits for the shared read, and takes its event from the tail', async () => {
  const { follower, tail } = startFollower('end');
  tail.reading = true;
  assert.equal(follower.state, 'shared read');
  const next = follower.next();
  await turn();
  tail.events = [{ number: 6 }];
  tail.readUpTo = 6;
  tail.reading = false;
  tail.followers.forEach((wake) => wake());
  assert.deepEqual(await next, { done: false, value: { kind: 'event', event: { number: 6 } } });
  assert.equal(follower.state, 'caught up');
  await follower.return?.();
});
