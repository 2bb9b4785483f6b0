import assert from 'node:assert/strict';
import type { Database } from '../../src/neo4j/database.js';
import { eventOfNode } from '../../src/model/fact-events.js';
import { previewOf } from '../../src/model/stats.js';

/** Reads everything about a trace directly from Neo4j, recounts it, and compares the result with what is stored. */
export async function checkTrace(database: Database, traceId: string): Promise<void> {
  const read = (text: string): Promise<any[]> => database.run<any>({ name: 'test', text }, { traceId });
  const [{ trace }] = (await read(
    'MATCH (t:Trace {projectId: "default", id: $traceId}) RETURN properties(t) AS trace',
  )) as [{ trace: any }];
  const goals = await read(
    `MATCH (g:Goal {projectId: "default", traceId: $traceId})-[:BELONGS_TO]->(:Trace)
     RETURN properties(g) AS goal, [(p:Goal)-[:PARENT_OF]->(g) | p.goalId] AS parents`,
  );
  const messages = await read(
    `MATCH (m:Message {projectId: "default", traceId: $traceId})-[:BELONGS_TO]->(home)
     RETURN properties(m) AS record, home.goalId AS home, labels(home) AS labels, 1 AS count`,
  );
  const steps = await read(
    `MATCH (s:Step {projectId: "default", traceId: $traceId})-[:BELONGS_TO]->(home)
     RETURN properties(s) AS record, home.goalId AS home, labels(home) AS labels, 0 AS count,
       [(p:Step)-[:PARENT_OF]->(s) | p.id] AS parents`,
  );
  const entries = await read(
    `MATCH (e:Event {projectId: "default", traceId: $traceId})
     RETURN labels(e) AS labels, properties(e) AS properties ORDER BY e.eventId`,
  );
  const events = entries.map((entry) => ({ event: eventOfNode(entry) }));

  const parentOf = new Map<string, string | null>(
    goals.map(({ goal }) => [goal.goalId, goal.parentId ?? null]),
  );
  const below = (goalId: string | null, ancestor: string): boolean =>
    goalId !== null && (goalId === ancestor || below(parentOf.get(goalId) ?? null, ancestor));
  const records = [...messages, ...steps];

  assert.deepEqual(
    statsOf(trace, (name) => (name === 'stepCount' ? 'totalSteps' : name)),
    recount(records),
    'the totals of the trace',
  );
  assert.equal(trace.totalSteps, steps.length, 'the number of steps');
  for (const { goal, parents } of goals) {
    const { goalId } = goal;
    assert.deepEqual(parents, goal.parentId == null ? [] : [goal.parentId], `the edge above goal ${goalId}`);
    assert.deepEqual(
      statsOf(goal, (name) => `self${capital(name)}`),
      recount(records.filter(({ record }) => record.goalId === goalId)),
      `what was recorded on goal ${goalId}`,
    );
    assert.deepEqual(
      statsOf(goal, (name) => `cumulative${capital(name)}`),
      recount(records.filter(({ record }) => below(record.goalId ?? null, goalId))),
      `goal ${goalId} with all below it`,
    );
  }
  for (const { record, home, labels } of records) {
    assert.deepEqual(
      [home ?? null, labels],
      record.goalId == null ? [null, ['Trace']] : [record.goalId, ['Goal']],
    );
  }
  for (const { record, parents } of steps) {
    assert.deepEqual(
      [...parents].sort(),
      (record.parentIds as string[]).filter((id) => record.awaits?.includes(id) !== true).sort(),
      'the edges above a step, to those that have arrived',
    );
  }

  const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => place + 1);
  assert.deepEqual(
    events.map(({ event }) => event.eventId),
    upTo(events.length),
    'event ids',
  );
  assert.equal(trace.lastEventId, events.length, 'the newest event');
  const added = (type: string, name: string): number[] =>
    events
      .filter(({ event }) => event.type === type)
      .map(({ event }) => JSON.parse(event.payload)[name].sequence);
  assert.deepEqual(
    added('message_added', 'message'),
    upTo(messages.length),
    'messages in the order of their events',
  );
  assert.deepEqual(added('step_added', 'step'), upTo(steps.length), 'steps in the order of their events');

  checkReported(goals, events);
}

/** Checks that the last stats in the log for each goal are those stored, so that a follower that applies the events has them. */
function checkReported(goals: readonly any[], events: readonly any[]): void {
  const shortForm = new Map<string, { self?: unknown; cumulative?: unknown }>();
  const tell = (goalId: string, self: unknown, cumulative: unknown): void => {
    const before = shortForm.get(goalId);
    shortForm.set(goalId, { self: self ?? before?.self, cumulative: cumulative ?? before?.cumulative });
  };
  for (const { event } of events) {
    const payload = JSON.parse(event.payload);
    for (const goal of [...(payload.goal === undefined ? [] : [payload.goal]), ...(payload.goals ?? [])]) {
      tell(goal.goalId, goal.selfStats, goal.cumulativeStats);
    }
    for (const goal of payload.affectedGoals ?? []) {
      tell(goal.goalId, goal.selfStats, goal.cumulativeStats);
    }
  }
  for (const { goal } of goals) {
    const shown = (prefix: string): object => {
      const { previewSequence: _, ...stats } = statsOf(goal, (name) => `${prefix}${capital(name)}`);
      return stats;
    };
    assert.deepEqual(
      shortForm.get(goal.goalId),
      { self: shown('self'), cumulative: shown('cumulative') },
      goal.goalId,
    );
  }
}

const NAMES = [
  'messageCount',
  'stepCount',
  'errorCount',
  'unpricedCount',
  'promptTokens',
  'completionTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'totalTokens',
  'totalCost',
  'preview',
  'previewSequence',
] as const;
type Stats = Record<(typeof NAMES)[number], unknown>;

function statsOf(node: any, property: (name: string) => string): Stats {
  return Object.fromEntries(NAMES.map((name) => [name, node[property(name)] ?? null])) as Stats;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Stats computed from the records themselves. */
function recount(records: readonly any[]): Stats {
  const sum = (value: (row: any) => number): number =>
    records.reduce((total: number, row) => total + value(row), 0);
  const newest = records
    .filter(({ count }) => count === 1)
    .reduce<any>(
      (best, row) => (best === null || row.record.sequence > best.record.sequence ? row : best),
      null,
    );
  const content =
    newest?.record.contentJson === undefined ? newest?.record.content : JSON.parse(newest.record.contentJson);
  const promptTokens = sum(({ record }) => record.promptTokens ?? 0);
  const completionTokens = sum(({ record }) => record.completionTokens ?? 0);
  return {
    messageCount: sum(({ count }) => count),
    stepCount: sum(({ count }) => 1 - count),
    errorCount: sum(({ record }) => (record.status === 'error' && record.type !== undefined ? 1 : 0)),
    unpricedCount: sum(({ record }) =>
      (record.cost ?? null) === null && (record.promptTokens ?? 0) + (record.completionTokens ?? 0) > 0
        ? 1
        : 0,
    ),
    promptTokens,
    completionTokens,
    cacheReadTokens: sum(({ record }) => record.cacheReadTokens ?? 0),
    cacheWriteTokens: sum(({ record }) => record.cacheWriteTokens ?? 0),
    reasoningTokens: sum(({ record }) => record.reasoningTokens ?? 0),
    totalTokens: promptTokens + completionTokens,
    totalCost: sum(({ record }) => Math.round((record.cost ?? 0) * 1e9)) / 1e9,
    preview: previewOf(content ?? null),
    previewSequence: newest?.record.sequence ?? null,
  };
}
