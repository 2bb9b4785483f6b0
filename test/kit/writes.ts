import assert from 'node:assert/strict';
import type { Answer, Kit } from './kit.js';
import { MATCH_PROJECT_NODES } from './project-nodes.js';

// The mutations that most tests start with, each with the fields that most of them check.

export const TRACE_FIELDS = `id mode promptName task agentType status uid context summary error totalSteps totalMessages
  totalTokens totalCost lastEventId createdAt completedAt parentTraceId`;
export const STATS = `messageCount stepCount errorCount unpricedCount promptTokens completionTokens
  cacheReadTokens cacheWriteTokens reasoningTokens totalTokens totalCost preview`;
export const GOAL_FIELDS = `goalId traceId parentId description reason type status summary order createdAt startedAt endedAt
  selfStats { ${STATS} } cumulativeStats { ${STATS} }`;
export const MESSAGE_FIELDS = `id traceId sequence role content goalId toolCallId stepId promptTokens completionTokens
  cacheReadTokens cacheWriteTokens reasoningTokens cost durationMs startedAt endedAt status error createdAt`;
export const STEP_FIELDS = `id traceId sequence type goalId data createdAt model promptTokens completionTokens cost toolName
  durationMs isFinal feedbackType parentIds`;

export const CREATE_TRACE = `mutation ($input: CreateTraceInput!) { createTrace(input: $input) { ${TRACE_FIELDS} } }`;
export const UPDATE_TRACE = `mutation ($id: ID!, $input: UpdateTraceInput!) { updateTrace(id: $id, input: $input) { ${TRACE_FIELDS} } }`;
export const ADD_GOAL = `mutation ($traceId: ID!, $input: GoalInput!) { addGoal(traceId: $traceId, input: $input) { ${GOAL_FIELDS} } }`;
export const UPDATE_GOAL = `mutation ($traceId: ID!, $goalId: String!, $input: UpdateGoalInput!) {
  updateGoal(traceId: $traceId, goalId: $goalId, input: $input) { ${GOAL_FIELDS} } }`;
export const SET_GOAL_TREE = `mutation ($traceId: ID!, $goals: [GoalInput!]!) {
  setGoalTree(traceId: $traceId, goals: $goals) { mission goals { ${GOAL_FIELDS} } roots { goalId } } }`;
export const ADD_MESSAGE = `mutation ($input: AddMessageInput!) { addMessage(input: $input) { ${MESSAGE_FIELDS} } }`;
export const ADD_MESSAGES = `mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { ${MESSAGE_FIELDS} } }`;
export const UPDATE_MESSAGE = `mutation ($id: ID!, $input: UpdateMessageInput!) { updateMessage(id: $id, input: $input) { ${MESSAGE_FIELDS} } }`;
export const ADD_STEP = `mutation ($input: AddStepInput!) { addStep(input: $input) { ${STEP_FIELDS} } }`;
export const ADD_STEPS = `mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { ${STEP_FIELDS} } }`;
export const APPEND_EVENT = `mutation ($traceId: ID!, $type: String!, $payload: JSON, $key: String) {
  appendEvent(traceId: $traceId, type: $type, payload: $payload, idempotencyKey: $key) { id eventId traceId type at payload } }`;
export const DELETE_TRACE = `mutation ($id: ID!, $all: Boolean) {
  deleteTrace(id: $id, includeSubTraces: $all) { traces steps goals messages events } }`;

export async function createTrace(kit: Kit, input: object = {}): Promise<any> {
  return (await kit.ask(CREATE_TRACE, { input })).createTrace;
}

export async function updateTrace(kit: Kit, id: string, input: object): Promise<any> {
  return (await kit.ask(UPDATE_TRACE, { id, input })).updateTrace;
}

/** Adds a goal; its description is its id unless given. */
export async function addGoal(kit: Kit, traceId: string, input: Record<string, unknown>): Promise<any> {
  const goal = { description: input['goalId'] ?? 'a goal', ...input };
  return (await kit.ask(ADD_GOAL, { traceId, input: goal })).addGoal;
}

export async function updateGoal(kit: Kit, traceId: string, goalId: string, input: object): Promise<any> {
  return (await kit.ask(UPDATE_GOAL, { traceId, goalId, input })).updateGoal;
}

export async function setGoalTree(kit: Kit, traceId: string, goals: readonly object[]): Promise<any> {
  return (await kit.ask(SET_GOAL_TREE, { traceId, goals })).setGoalTree;
}

/** Adds a message, from the user unless given otherwise. */
export async function addMessage(kit: Kit, traceId: string, input: object = {}): Promise<any> {
  return (await kit.ask(ADD_MESSAGE, { input: { traceId, role: 'user', ...input } })).addMessage;
}

export async function updateMessage(kit: Kit, id: string, input: object): Promise<any> {
  return (await kit.ask(UPDATE_MESSAGE, { id, input })).updateMessage;
}

/** Adds a step, a conclusion unless given otherwise. */
export async function addStep(kit: Kit, traceId: string, input: object = {}): Promise<any> {
  return (await kit.ask(ADD_STEP, { input: { traceId, type: 'CONCLUSION', ...input } })).addStep;
}

/** The log of a trace: its 500 oldest events after `since`. */
export async function eventsOf(kit: Kit, id: string, since = 0): Promise<any[]> {
  const { trace } = await kit.ask(
    `query ($id: ID!, $since: Long) { trace(id: $id) { lastEventId
      events(since: $since, first: 500) { nodes { eventId type payload at } } } }`,
    { id, since },
  );
  return trace.events.nodes;
}

export async function lastEventId(kit: Kit, id: string): Promise<number> {
  return (await kit.ask('query ($id: ID!) { trace(id: $id) { lastEventId } }', { id })).trace.lastEventId;
}

/** Sends `body` unchanged, where JSON.stringify would hide what is being tested. */
export async function postRaw(
  kit: Kit,
  body: string | Uint8Array,
): Promise<{ status: number; text: string; answer: Answer }> {
  const response = await fetch(`${kit.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body as BodyInit,
  });
  const text = await response.text();
  return { status: response.status, text, answer: JSON.parse(text) as Answer };
}

/** How many nodes, edges and properties a project has, and how many events its logs count: any write changes this. */
export async function sizeOf(kit: Kit, projectId = 'default'): Promise<unknown> {
  return await kit.cypher(
    `${MATCH_PROJECT_NODES}
     OPTIONAL MATCH (n)-[r]->()
     WITH n, count(r) AS edges
     RETURN count(n) AS nodes, sum(edges) AS edges, sum(size(keys(n))) AS properties, sum(n.lastEventId) AS events`,
    { projectId },
  );
}

interface Counted {
  readonly goalId: string | null;
  readonly messages: number;
  readonly sent: number;
  readonly received: number;
  readonly nanoDollars: number;
  readonly newest: number | null;
}

/**
 * Recounts every stat of a trace from its steps, messages and goal edges in Cypher, and compares it with what the trace and
 * its goals store, and that with what the API returns.
 */
export async function checkStats(kit: Kit, traceId: string): Promise<void> {
  const records = `
    MATCH (n:Message|Step {projectId: 'default', traceId: $traceId})
    RETURN CASE WHEN n:Message THEN 1 ELSE 0 END AS messages, coalesce(n.promptTokens, 0) AS sent,
      coalesce(n.completionTokens, 0) AS received, toInteger(round(coalesce(n.cost, 0.0) * 1e9)) AS nanoDollars,
      [(n)-[:BELONGS_TO]->(g:Goal) | g.goalId][0] AS goalId, CASE WHEN n:Message THEN n.sequence END AS newest,
      n.goalId AS named, n.id AS id, COUNT { (n)-[:BELONGS_TO]->() } AS owners`;
  const rows = await kit.cypher<Counted & { named: string | null; owners: number }>(records, { traceId });
  for (const row of rows) {
    assert.equal(row.owners, 1, 'each record has one owner');
    assert.equal(row.goalId, row.named, 'edge and property name the same goal');
  }
  const goals = await kit.cypher<{ goal: any; below: string[]; parents: (string | null)[] }>(
    `MATCH (g:Goal {projectId: 'default', traceId: $traceId})
     RETURN properties(g) AS goal, COLLECT { MATCH (g)-[:PARENT_OF*0..]->(d:Goal) RETURN d.goalId } AS below,
       COLLECT { MATCH (p:Goal)-[:PARENT_OF]->(g) RETURN p.goalId } AS parents`,
    { traceId },
  );
  const [trace] = await kit.cypher(
    `MATCH (t:Trace {projectId: 'default', id: $traceId}) RETURN properties(t) AS t`,
    { traceId },
  );
  const texts = new Map<number, string | null>(
    (
      await kit.cypher<{ sequence: number; content: string | null }>(
        `MATCH (m:Message {projectId: 'default', traceId: $traceId}) RETURN m.sequence AS sequence, m.content AS content`,
        { traceId },
      )
    ).map(({ sequence, content }) => [sequence, content]),
  );
  const sum = (some: readonly Counted[]): object => {
    const total = (name: 'messages' | 'sent' | 'received' | 'nanoDollars'): number =>
      some.reduce((all, row) => all + row[name], 0);
    const newest = some.reduce<number | null>(
      (most, row) => (row.newest !== null && row.newest > (most ?? 0) ? row.newest : most),
      null,
    );
    return {
      messageCount: total('messages'),
      promptTokens: total('sent'),
      completionTokens: total('received'),
      totalTokens: total('sent') + total('received'),
      totalCost: total('nanoDollars') / 1e9,
      preview: newest === null ? null : (texts.get(newest) ?? null),
      previewSequence: newest,
    };
  };
  const kept = (of: Record<string, unknown>, prefix: string): object =>
    Object.fromEntries(
      Object.keys(sum([])).map((name) => [
        name,
        of[prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`] ?? null,
      ]),
    );
  assert.deepEqual(kept(trace.t, ''), sum(rows), `the totals of trace ${traceId}`);
  for (const { goal, below, parents } of goals) {
    assert.deepEqual(parents, goal.parentId == null ? [] : [goal.parentId], 'edge and parentId agree');
    const own = rows.filter(({ goalId }) => goalId === goal.goalId);
    const all = rows.filter(({ goalId }) => goalId !== null && below.includes(goalId));
    assert.deepEqual(kept(goal, 'self'), sum(own), `selfStats of ${goal.goalId}`);
    assert.deepEqual(kept(goal, 'cumulative'), sum(all), `cumulativeStats of ${goal.goalId}`);
  }
}
