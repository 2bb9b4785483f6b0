import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forkCheckpoint } from '../../../src/domain/checkpoints/fork-checkpoint.js';
import { putCheckpoint } from '../../../src/domain/checkpoints/put-checkpoint.js';
import { createIngest } from '../../../src/ingest/group-commit.js';
import {
  checkContent,
  contentOf,
  deleteThread,
  everything,
  fork,
  PUT,
  put,
  read,
} from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';

// Parts of a checkpoint that are given as what is new since another checkpoint.

const projectId = newId('append');
let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
before(async () => {
  kit = await startKit({ projectId });
  otherKit = await startKit({ projectId });
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const LONG = 'x'.repeat(300);
const STATE = { plan: LONG, '10': 1, '2': [null], step: 3, gone: true };
const PAYLOAD = { messages: ['a', { b: 1 }], state: STATE, toolsResult: { hits: [LONG] }, nextNode: 'n' };

/** A base with 2 messages in a thread of its own. */
async function newBase(payload: object = PAYLOAD): Promise<any> {
  return await put(kit, { threadId: newId('base'), checkpointId: newId('base'), step: 1 }, payload);
}

const metadata = (more: object = {}): object => ({
  ...{ threadId: newId('thread'), checkpointId: newId('checkpoint'), step: 2 },
  ...more,
});

test('each part given as what is new since a base is the same as the whole part, in any thread', async () => {
  const { id: checkpointId } = await newBase();
  const whole = await put(kit, metadata(), {
    messages: ['a', { b: 1 }, 'c', 7],
    state: { plan: 'short', '10': 1, '2': [null], step: 3, more: LONG, '1': {} },
    toolsResult: { hits: [LONG], none: null },
  });
  const given = await put(otherKit, metadata(), {
    messagesAfter: { checkpointId, messageCount: 2, append: ['c', 7] },
    stateAfter: {
      checkpointId,
      set: { more: LONG, plan: 'short', '1': {} },
      remove: ['gone', 'never there'],
    },
    toolsResultAfter: { checkpointId, messageCount: 2, set: { none: null } },
  });
  const { id } = given;
  // Keys that look like numbers come first in JavaScript objects, so the texts are compared.
  const text = async (of: string): Promise<string> => {
    const response = await fetch(`${kit.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($id: ID!) { checkpoint(id: $id) { messageCount messages state toolsResult } }',
        variables: { id: of },
      }),
    });
    return await response.text();
  };
  const expected = (await text(whole.id)).replace(/"state":\{.*?\},"toolsResult"/, () =>
    ['"state":{"2":[null],"10":1,"plan":"short","step":3,', `"1":{},"more":"${LONG}"},"toolsResult"`].join(
      '',
    ),
  );
  assert.equal(await text(id), expected);
  assert.equal(given.nextNode, '');
  await checkContent(kit, projectId);
});

test('appended messages continue the chain of the base: they cost only themselves, and equal lists are one chain', async () => {
  const messages = range(1, 30).map((number) => `${newId()} ${number}`);
  const base = await newBase({ messages });
  const before = await contentOf(kit, projectId);
  const appended = await put(kit, metadata(), {
    messagesAfter: { checkpointId: base.id, messageCount: 30, append: ['one', 'two'] },
  });
  assert.equal(await contentOf(kit, projectId), before + 2);
  const whole = await put(kit, metadata(), { messages: [...messages, 'one', 'two'] });
  assert.equal(await contentOf(kit, projectId), before + 2);
  const ids = await kit.cypher(
    `MATCH (c:Checkpoint {projectId: $projectId})-[:MESSAGES]->(last)
     WHERE c.id IN $ids RETURN DISTINCT last.id AS id, c.messagesId AS named, last.position AS position`,
    { projectId, ids: [appended.id, whole.id] },
  );
  assert.equal(ids.length, 1);
  assert.deepEqual([ids[0].id, ids[0].position], [ids[0].named, 32]);
});

test('nothing to append or to change gives what the base has', async () => {
  const base = await newBase();
  const checkpointId = base.id;
  const { messages, state, toolsResult } = await put(kit, metadata(), {
    messagesAfter: { checkpointId, messageCount: 2, append: [] },
    stateAfter: { checkpointId },
    toolsResultAfter: { checkpointId, set: null, remove: null },
  });
  assert.deepEqual([messages, state, toolsResult], [base.messages, base.state, base.toolsResult]);
  const empty = await newBase({});
  const grown = await put(kit, metadata(), {
    messagesAfter: { checkpointId: empty.id, messageCount: 0, append: ['first'] },
    stateAfter: { checkpointId: empty.id, set: { a: 1 } },
  });
  assert.deepEqual([grown.messages, grown.state], [['first'], { a: 1 }]);
});

test('the parts may have different bases, and a part without a base is as given', async () => {
  const [a, b] = [await newBase(), await newBase({ messages: ['z'], state: { z: 1 } })];
  const given = await put(kit, metadata(), {
    messagesAfter: { checkpointId: b.id, messageCount: 1, append: ['y'] },
    stateAfter: { checkpointId: a.id, remove: Object.keys(STATE) },
    toolsResult: { whole: 1 },
  });
  assert.deepEqual([given.messages, given.state, given.toolsResult], [['z', 'y'], {}, { whole: 1 }]);
});

test('a base with another number of messages than the form says is a CONFLICT, and nothing is written', async () => {
  const { id: checkpointId } = await newBase();
  const before = await everything(kit, projectId);
  for (const messageCount of [0, 1, 3, 2 ** 53 - 1]) {
    for (const [name, form] of [
      ['messagesAfter', { append: [] }],
      ['stateAfter', { set: { a: 1 } }],
      ['toolsResultAfter', { remove: ['hits'] }],
    ] as const) {
      const input = { metadata: metadata(), [name]: { checkpointId, messageCount, ...form } };
      const { extensions, message } = await kit.fail(PUT, { input });
      assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', `input.${name}.messageCount`]);
      assert.match(message, new RegExp(`expected .* 2, got ${messageCount}`));
    }
  }
  assert.deepEqual(await everything(kit, projectId), before);
});

test('a base that was deleted or never existed is NOT_FOUND naming the field; the value sent whole is then written', async () => {
  const deleted = await newBase();
  await deleteThread(kit, deleted.metadata.threadId);
  const before = await everything(kit, projectId);
  for (const checkpointId of [deleted.id, newId('never')]) {
    for (const [name, form] of [
      ['messagesAfter', { messageCount: 2, append: ['c'] }],
      ['stateAfter', { set: { a: 1 } }],
      ['toolsResultAfter', { remove: ['hits'] }],
    ] as const) {
      const input = { metadata: metadata(), [name]: { checkpointId, ...form } };
      const { extensions } = await kit.fail(PUT, { input });
      assert.deepEqual([extensions.code, extensions.field], ['NOT_FOUND', `input.${name}.checkpointId`]);
    }
  }
  assert.deepEqual(await everything(kit, projectId), before);
  const { messages } = await put(kit, metadata(), { messages: [...PAYLOAD.messages, 'c'] });
  assert.deepEqual(messages, ['a', { b: 1 }, 'c']);
});

test('a base in another project is NOT_FOUND', async () => {
  const { id: checkpointId } = await newBase();
  const stranger = await startKit({ projectId: newId('stranger') });
  const input = { metadata: metadata(), messagesAfter: { checkpointId, messageCount: 2, append: ['c'] } };
  const { extensions } = await stranger.fail(PUT, { input });
  assert.deepEqual([extensions.code, extensions.field], ['NOT_FOUND', 'input.messagesAfter.checkpointId']);
  await stranger.close();
});

test('invalid forms are BAD_USER_INPUT naming the field, and nothing is written', async () => {
  const { id: checkpointId, metadata: own } = await newBase();
  const before = await everything(kit, projectId);
  const list = { checkpointId, messageCount: 2, append: ['c'] };
  const object = { checkpointId, set: { a: 1 } };
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ messagesAfter: list, messages: ['a'] }, 'messagesAfter', /either `messages` or `messagesAfter`/],
    [{ stateAfter: object, state: {} }, 'stateAfter', /got both/],
    [{ toolsResultAfter: object, toolsResult: { a: 1 } }, 'toolsResultAfter', /got both/],
    [{ messagesAfter: { ...list, append: {} } }, 'messagesAfter.append', /a JSON list, got \{\}/],
    [{ messagesAfter: { ...list, append: 'c' } }, 'messagesAfter.append', /a JSON list, got "c"/],
    [{ messagesAfter: { ...list, append: null } }, 'messagesAfter.append', /non-nullable|null/],
    [{ messagesAfter: { ...list, messageCount: -1 } }, 'messagesAfter.messageCount', /from 0.*, got -1/],
    [
      { messagesAfter: { ...list, messageCount: 1.5 } },
      'messagesAfter.messageCount',
      /whole number|Long cannot/,
    ],
    [{ messagesAfter: { checkpointId, append: [] } }, 'messagesAfter.messageCount', /required/],
    [{ messagesAfter: { ...list, checkpointId: '' } }, 'messagesAfter.checkpointId', /1 to 200 characters/],
    [{ stateAfter: { ...object, set: [] } }, 'stateAfter.set', /a JSON object, got \[\]/],
    [{ stateAfter: { ...object, remove: ['b', 'a'] } }, 'stateAfter.remove', /`set` does not have, got "a"/],
    [{ stateAfter: { ...object, remove: [1] } }, 'stateAfter.remove', /String cannot represent/],
    [{ toolsResultAfter: { ...object, messageCount: -1 } }, 'toolsResultAfter.messageCount', /from 0/],
  ];
  for (const [part, field, message] of cases) {
    const error = await kit.fail(PUT, { input: { metadata: metadata(), ...part } });
    const shown = `${JSON.stringify(part)}: ${error.message}`;
    assert.equal(error.extensions.code, 'BAD_USER_INPUT', shown);
    assert.ok(error.extensions.field?.startsWith(`input.${field}`), `${shown} ${error.extensions.field}`);
    assert.match(error.message, message);
  }
  for (const part of [{ messagesAfter: list }, { stateAfter: object }, { toolsResultAfter: object }]) {
    const { extensions, message } = await kit.fail(PUT, { input: { metadata: own, ...part } });
    const field = `input.${Object.keys(part)[0]}.checkpointId`;
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', field]);
    assert.match(message, /another checkpoint, got the checkpoint itself/);
  }
  assert.deepEqual(await everything(kit, projectId), before);
});

test('the same request again returns what is stored and changes nothing, even if the base was overwritten or deleted', async () => {
  const base = await newBase();
  const checkpointId = base.id;
  const input = {
    metadata: metadata({ tags: ['t'], createdAt: '2026-01-01' }),
    messagesAfter: { checkpointId, messageCount: 2, append: ['c'] },
    stateAfter: { checkpointId, set: { a: LONG } },
  };
  const { putCheckpoint: first } = await kit.ask(PUT, { input });
  const again = async (): Promise<void> => {
    const before = await everything(kit, projectId);
    for (const server of [kit, otherKit]) {
      assert.deepEqual((await server.ask(PUT, { input })).putCheckpoint, first);
    }
    assert.deepEqual(await everything(kit, projectId), before);
  };
  await again();
  await put(kit, base.metadata, { messages: ['other'] });
  await again();
  await deleteThread(kit, base.metadata.threadId);
  await again();
  const other = { ...input, messagesAfter: { ...input.messagesAfter, append: ['d'] } };
  assert.equal((await kit.fail(PUT, { input: other })).extensions.code, 'NOT_FOUND');
  assert.deepEqual(await read(kit, first.id), first);
  await checkContent(kit, projectId);
});

test('what is stored is returned too if the same small payload comes in the other form', async () => {
  const { id: checkpointId } = await newBase();
  const meta = metadata({ createdAt: '2026-01-01' });
  const after = { messagesAfter: { checkpointId, messageCount: 2, append: ['c'] } };
  const whole = { messages: [...PAYLOAD.messages, 'c'] };
  const first = await put(kit, meta, after);
  assert.deepEqual(await put(kit, meta, whole), first);
  const second = metadata({ createdAt: '2026-01-01' });
  const stored = await put(kit, second, whole);
  assert.deepEqual(await put(kit, second, after), stored);
});

test('a base that was overwritten with as many messages is taken as it is now', async () => {
  const base = await newBase();
  await put(kit, base.metadata, { messages: ['x', 'y'], state: { new: 1 } });
  const given = await put(kit, metadata(), {
    messagesAfter: { checkpointId: base.id, messageCount: 2, append: ['z'] },
    stateAfter: { checkpointId: base.id, set: { more: 2 } },
  });
  assert.deepEqual([given.messages, given.state], [['x', 'y', 'z'], { new: 1, more: 2 }]);
});

test('a checkpoint can be replaced by append forms, and its base then deleted', async () => {
  const base = await newBase();
  const target = metadata();
  await put(kit, target, { messages: ['old'], state: { old: LONG } });
  const given = await put(kit, target, {
    messagesAfter: { checkpointId: base.id, messageCount: 2, append: ['new'] },
    stateAfter: { checkpointId: base.id, remove: ['plan'] },
  });
  await deleteThread(kit, base.metadata.threadId);
  assert.deepEqual(await read(kit, given.id), given);
  assert.deepEqual(given.messages, ['a', { b: 1 }, 'new']);
  await checkContent(kit, projectId);
});

test('writes of one batch continue from one another: puts, forks and replacements', async () => {
  const word = newId('chain');
  const threadId = `${word}/t`;
  const key = (step: number): string => `${word}/${step}`;
  const state = Object.fromEntries(range(1, 200).map((number) => [`key ${number}`, `value ${number}`]));
  const ingest = createIngest(kit.database);
  const sent: Promise<unknown>[] = [];
  const send = (step: number, payload: object): void => {
    const metadata_ = { threadId, checkpointId: key(step), step };
    sent.push(putCheckpoint(ingest, { projectId, input: { metadata: metadata_, ...payload } }));
  };
  send(1, { messages: ['m1'], state });
  for (const step of range(2, 12)) {
    const checkpointId = step % 4 === 1 ? `${word}/f${step - 1}` : key(step - 1);
    send(step, {
      messagesAfter: { checkpointId, messageCount: step - 1, append: [`m${step}`] },
      stateAfter: { checkpointId, set: { [`key ${step}`]: 'set' }, remove: [`key ${step + 50}`] },
    });
    if (step % 4 === 0) {
      const ids = { id: key(step), threadId: `${word}/f${step}`, checkpointId: `${word}/f${step}` };
      sent.push(forkCheckpoint(ingest, { projectId, ...ids }));
    }
  }
  // The others keep what they took over from it.
  send(1, { messages: ['replaced'] });
  await Promise.all(sent);
  const expected = new Map<string, string>(Object.entries(state));
  for (const step of range(2, 12)) {
    expected.set(`key ${step}`, 'set');
    expected.delete(`key ${step + 50}`);
    const found = await read(otherKit, key(step));
    assert.deepEqual(
      found.messages,
      range(1, step).map((each) => `m${each}`),
    );
    assert.equal(JSON.stringify(found.state), JSON.stringify(Object.fromEntries(expected)));
  }
  assert.deepEqual((await read(kit, key(1))).messages, ['replaced']);
  await checkContent(kit, projectId);
});

test('large forms, which a worker parses, give the same', async () => {
  const { id: checkpointId } = await newBase();
  const append = range(1, 400).map((number) => `${number} ${'y'.repeat(1_000)}`);
  const set = Object.fromEntries(range(1, 50).map((number) => [`k${number}`, 'v'.repeat(number * 10)]));
  const given = await put(kit, metadata(), {
    messagesAfter: { checkpointId, messageCount: 2, append },
    stateAfter: { checkpointId, set, remove: ['plan'] },
  });
  assert.deepEqual(given.messages, [...PAYLOAD.messages, ...append]);
  const { plan: _, ...rest } = STATE;
  assert.deepEqual(given.state, { ...rest, ...set });
  const error = await kit.fail(PUT, {
    input: { metadata: metadata(), messagesAfter: { checkpointId, messageCount: 2, append: { a: append } } },
  });
  assert.deepEqual(error.extensions.field, 'input.messagesAfter.append');
  await checkContent(kit, projectId);
});

test('a fork of a checkpoint that was written in append form has all of it', async () => {
  const { id: checkpointId } = await newBase();
  const given = await put(kit, metadata(), {
    messagesAfter: { checkpointId, messageCount: 2, append: ['c'] },
    stateAfter: { checkpointId, set: { a: LONG } },
  });
  const forked = await fork(kit, { id: given.id });
  assert.deepEqual([forked.messages, forked.state], [given.messages, given.state]);
  const again = await put(kit, metadata(), {
    messagesAfter: { checkpointId: forked.id, messageCount: 3, append: ['d'] },
  });
  assert.deepEqual(again.messages, [...given.messages, 'd']);
});
