import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, until, type Followed, type Kit } from '../kit/kit.js';
import { addMessage, deleteTrace, newTrace, range, updateTrace } from '../kit/live.js';

let kit: Kit;
/** Another server on the same database, unknown to the first. */
let other: Kit;
before(async () => {
  const projectId = newId('project');
  kit = await startKit({ projectId });
  other = await startKit({ projectId });
});
after(async () => {
  await kit.close();
  await other.close();
});

const CHANGES = `subscription ($filter: TraceFilter) {
  traceChanges(filter: $filter) { kind traceId trace { id status totalMessages } }
}`;

/** Follows a list; returns once it reports new traces, because a list has no snapshot to wait for. */
async function follow(filter: Record<string, unknown> = {}, from = kit): Promise<Followed> {
  const live = from.follow(CHANGES, { filter });
  let marker = '';
  await until(async () => {
    marker = await newTrace(from, filter);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return live.waiting > 0;
  }, 20_000);
  let shortForm: any;
  do {
    shortForm = (await live.next(20_000)).data.traceChanges;
  } while (shortForm.traceId !== marker);
  return live;
}

const next = async (live: Followed): Promise<unknown[]> => {
  const { kind, traceId, trace } = (await live.next(20_000)).data.traceChanges;
  return trace === null ? [kind, traceId] : [kind, traceId, trace.status, trace.totalMessages];
};

test('a trace is reported when it is created, changed and deleted', async () => {
  const live = await follow();
  const id = await newTrace(kit);
  assert.deepEqual(await next(live), ['CREATED', id, 'RUNNING', 0]);
  await addMessage(kit, id);
  assert.deepEqual(await next(live), ['UPDATED', id, 'RUNNING', 1]);
  await updateTrace(kit, id, { status: 'FAILED' });
  assert.deepEqual(await next(live), ['UPDATED', id, 'FAILED', 1]);
  await deleteTrace(kit, id);
  assert.deepEqual(await next(live), ['DELETED', id]);
  live.stop();
});

test('a change of a trace that existed before the list was followed is reported as an update', async () => {
  const id = await newTrace(kit);
  const live = await follow();
  await addMessage(kit, id);
  assert.deepEqual(await next(live), ['UPDATED', id, 'RUNNING', 1]);
  live.stop();
});

test('each filter field decides what is reported, and a trace enters and leaves the list when it changes', async () => {
  const uid = newId('user');
  const cases = [
    [{ uid }, { uid: 'else' }],
    [{ agentType: 'planner' }, { agentType: 'else' }],
    [{ status: 'STOPPED' }, { status: 'RUNNING' }],
    [{ mode: 'CALL' }, { mode: 'AGENT' }],
    [{ uid, status: 'FAILED' }, { status: 'COMPLETED' }],
  ] as const;
  for (const [filter, outside] of cases) {
    const live = await follow(filter);
    const id = await newTrace(kit, { ...filter, ...outside });
    await addMessage(kit, id);
    await updateTrace(kit, id, filter);
    const [entered] = [await next(live)];
    assert.deepEqual(entered.slice(0, 2), ['CREATED', id], JSON.stringify(filter));
    await addMessage(kit, id);
    assert.deepEqual((await next(live)).slice(0, 2), ['UPDATED', id]);
    await updateTrace(kit, id, outside);
    assert.deepEqual(await next(live), ['DELETED', id]);
    assert.equal(live.waiting, 0);
    live.stop();
  }
});

test('writes and deletions of another process are reported too', async () => {
  const live = await follow();
  const id = await newTrace(other);
  assert.deepEqual(await next(live), ['CREATED', id, 'RUNNING', 0]);
  await updateTrace(other, id, { status: 'STOPPED' });
  assert.deepEqual(await next(live), ['UPDATED', id, 'STOPPED', 0]);
  await deleteTrace(other, id);
  assert.deepEqual(await next(live), ['DELETED', id]);
  live.stop();
});

test('another project gets no changes', async () => {
  const elsewhere = await startKit({ projectId: newId('project') });
  const live = await follow({}, elsewhere);
  await newTrace(kit);
  const id = await newTrace(elsewhere);
  assert.deepEqual((await next(live)).slice(0, 2), ['CREATED', id]);
  assert.equal(live.waiting, 0);
  await elsewhere.close();
});

test('changes that come faster than they are read are reported as one, with the newest state', async () => {
  const follower = await kit.server.store.listChanges.follow({
    projectId: await projectOf(),
    filter: { mode: null, agentType: null, uid: null, status: null },
  });
  const [busy, brief] = [await newTrace(kit), await newTrace(kit)];
  await Promise.all(range(1, 30).map(() => addMessage(kit, busy)));
  await deleteTrace(kit, brief);
  const last = await newTrace(kit);
  const shortForm = new Map<string, unknown[]>();
  for await (const { kind, traceId, trace } of follower) {
    shortForm.set(traceId, [...(shortForm.get(traceId) ?? []), kind, trace?.messageCount]);
    if (traceId === last) {
      break;
    }
  }
  const newest = shortForm.get(busy) ?? [];
  assert.equal(newest[0], 'CREATED');
  assert.equal(newest.at(-1), 30);
  assert.ok(newest.length <= 4, JSON.stringify(newest));
});

async function projectOf(): Promise<string> {
  const id = await newTrace(kit);
  const [{ projectId }] = await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t.projectId AS projectId', {
    id,
  });
  return projectId;
}

test('a follower misses nothing while others start and stop', async () => {
  const lasting = await follow();
  const comers = Promise.all(
    range(1, 20).map(async () => {
      const live = kit.follow(CHANGES, {});
      await newTrace(kit);
      await live.next(20_000);
      live.stop();
    }),
  );
  const created = await Promise.all(range(1, 20).map(() => newTrace(kit)));
  await comers;
  const last = await newTrace(kit);
  const shortForm = new Set<unknown>();
  while (!shortForm.has(last)) {
    shortForm.add((await next(lasting))[1]);
  }
  assert.deepEqual(
    created.filter((id) => !shortForm.has(id)),
    [],
  );
  lasting.stop();
  await until(() => kit.server.store.listChanges.watched === 0, 20_000);
});
