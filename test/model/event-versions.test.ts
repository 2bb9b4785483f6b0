import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentVersion, upgraded, type Upgrades } from '../../src/model/event-versions.js';
import type { EventRow } from '../../src/model/rows.js';

const UPGRADES: Upgrades = {
  renamed: [
    ({ text, ...rest }) => ({ ...rest, content: text }),
    (payload) => ({ ...payload, size: String(payload['content']).length }),
  ],
};

function stored(type: string, version: number | null, payload: object): EventRow {
  const row = { projectId: 'p', traceId: 't', eventId: 1, type, at: 'now', key: null, version };
  return { ...row, payload: JSON.stringify(payload) };
}

test('a payload of any older version is read in the newest shape', () => {
  assert.equal(currentVersion('renamed', UPGRADES), 3);
  const newest = { version: 3, payload: '{"a":1,"content":"xy","size":2}' };
  for (const event of [
    stored('renamed', null, { text: 'xy', a: 1 }),
    stored('renamed', 1, { text: 'xy', a: 1 }),
    stored('renamed', 2, { a: 1, content: 'xy' }),
  ]) {
    const { version, payload } = upgraded(event, UPGRADES);
    assert.deepEqual({ version, payload }, newest);
  }
});

test('an event of the newest version, and of a type without upgrades, stays the same object', () => {
  for (const event of [stored('renamed', 3, { content: 'x' }), stored('other', null, { text: 'x' })]) {
    assert.equal(upgraded(event, UPGRADES), event);
  }
});
