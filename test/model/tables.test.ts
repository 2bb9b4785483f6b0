import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { expandedText, toProperties, whole } from '../../src/model/statement.js';
import { TABLES, WRITERS } from '../../src/model/tables.js';

// Every kind of row is declared once; the rest follows from the declaration.

test('every statement that a table names as a writer exists', () => {
  assert.ok(WRITERS.size > 10);
  for (const [change, name] of WRITERS) {
    assert.ok(existsSync(new URL(`../../../cypher/${name}.cypher`, import.meta.url)), `${change}: ${name}`);
  }
});

test('a placeholder becomes the columns of its table, without payloads and with their properties', () => {
  const flat = expandedText('traces/list');
  assert.match(flat, /RETURN t\.projectId AS projectId, .*, t\.listKey AS sortKey, .*t\.previewSequence AS /);
  assert.doesNotMatch(flat, /t\.context\b|\{\{/);
  const map = expandedText('checkpoints/read');
  assert.match(map, /RETURN c \{\.projectId, .*, sortKey: c\.listKey, \.digest\} AS checkpoint/);
  for (const { columns } of Object.values(TABLES)) {
    assert.doesNotMatch(Object.keys(columns).join(' '), /listKey/);
  }
});

test('a row is whole if it has every column that its node always has', () => {
  const isWhole = whole(TABLES.events);
  const event = { projectId: 'p', traceId: 't', eventId: 1, type: 'x', at: 'now', payload: '{}' };
  assert.equal(isWhole({ ...event, key: null, version: null }), true);
  for (const name of Object.keys(event)) {
    assert.equal(isWhole({ ...event, [name]: null }), false, name);
  }
  assert.equal(isWhole(null), false);
});

test('a row is written under the names of its properties', () => {
  assert.deepEqual(toProperties(TABLES.traces, { id: 't', sortKey: 's', task: null }), {
    id: 't',
    listKey: 's',
    task: null,
  });
});
