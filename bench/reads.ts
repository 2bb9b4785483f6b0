import { ROUNDS } from './rounds.js';
import { AGENT_TYPES, LANDMARKS } from './family.js';
import { median, percentile, type Figure, type Reading } from './figure.js';
import { LARGE, SMALL } from './filled.js';
import type { HttpClient } from './http-client.js';
import type { ReadingStage } from './reading-stage.js';

const ASKED = 60;
const ASKED_OF_ONE = 30;
/** Neo4j keeps recompiling a statement while it is used: a list of traces gets three times as fast in half a minute. */
const WARM_MS = 30_000;
const ROUND_MS = 3_000;

const LIST = `query ($filter: TraceFilter, $after: String) {
  traces(filter: $filter, first: 50, after: $after) {
    nodes {
      id task status agentType uid createdAt totalSteps totalMessages totalTokens totalCost
      rootGoals { goalId description status cumulativeStats { messageCount totalTokens totalCost } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const warmed = new Map<HttpClient, Set<string>>();

/** Repeats a query until Neo4j and the server have compiled what it runs, once for each client. */
async function warmUp(client: HttpClient, body: string): Promise<void> {
  const bodies = warmed.get(client) ?? new Set();
  if (!bodies.has(body)) {
    warmed.set(client, bodies.add(body));
    await p50(client, body, { count: Infinity, withinMs: WARM_MS });
  }
}

/** The median time of a query, repeated by one client, in ms. */
async function p50(
  client: HttpClient,
  body: string,
  { count = ASKED, withinMs = ROUND_MS }: { readonly count?: number; readonly withinMs?: number } = {},
): Promise<number> {
  const took: number[] = [];
  const end = performance.now() + withinMs;
  for (let asked = 0; asked < count && performance.now() < end; asked += 1) {
    const begun = performance.now();
    await client.post(body);
    took.push(performance.now() - begun);
  }
  return percentile(took, 0.5);
}

/** The same query on both databases alternately: the time on the large one, and its ratio to the small one's. */
async function compare(
  { large, small }: ReadingStage,
  bodies: { readonly large: string; readonly small: string },
  name: string,
): Promise<Reading[]> {
  await warmUp(large, bodies.large);
  await warmUp(small, bodies.small);
  const [times, smallTimes, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [time, smallTime] = [await p50(large, bodies.large), await p50(small, bodies.small)];
    times.push(time);
    smallTimes.push(smallTime);
    ratios.push(time / smallTime);
  }
  return [
    { name: `${name}, p50`, unit: 'ms', rounds: times, target: { atMost: 5 } },
    { name: `${name}, against 1,000 traces`, unit: 'times', rounds: ratios, target: { atMost: 1.5 } },
    { name: `${name}, on 1,000 traces, p50`, unit: 'ms', rounds: smallTimes },
  ];
}

/** The cursor after that many traces, found by paging there. */
async function cursorAt(client: HttpClient, depth: number, filter: object | null): Promise<string> {
  let after: string | null = null;
  for (let passed = 0; passed < depth; passed += 500) {
    const first = Math.min(500, depth - passed);
    const { traces }: { traces: { pageInfo: { endCursor: string } } } = await client.ask(
      `query ($filter: TraceFilter, $first: Int, $after: String) {
        traces(filter: $filter, first: $first, after: $after) { pageInfo { endCursor } }
      }`,
      { filter, first, after },
    );
    after = traces.pageInfo.endCursor;
  }
  return after ?? '';
}

/**
 * Figure 9. `traces(first: 50)` with totals and root goals, over HTTP, one client: on 100,000 traces (2.1 million nodes), against
 * 1,000. Then in the middle of the list by cursor; with a filter (one kind of agent of eight, and of these the completed ones:
 * one index is used, the other condition is checked along it); and both.
 */
const list: Figure<ReadingStage> = {
  number: 9,
  name: 'list of traces',
  async measure(stage) {
    const readings: Reading[] = [];
    const filter = { agentType: AGENT_TYPES[0], status: 'COMPLETED' };
    for (const { name, where, deep } of [
      { name: 'list of traces', where: null, deep: [0, 0] },
      { name: 'list of traces, in the middle', where: null, deep: [LARGE / 2, SMALL / 2] },
      { name: 'list of traces, filtered', where: filter, deep: [0, 0] },
      // There are some 7,500 and 75 of these.
      { name: 'list of traces, filtered, in the middle', where: filter, deep: [3_750, 20] },
    ] as const) {
      const body = async (client: HttpClient, depth: number): Promise<string> => {
        const after = depth === 0 ? null : await cursorAt(client, depth, where);
        return JSON.stringify({ query: LIST, variables: { filter: where, after } });
      };
      const bodies = { large: await body(stage.large, deep[0]), small: await body(stage.small, deep[1]) };
      readings.push(...(await compare(stage, bodies, name)));
    }
    return readings;
  },
};

/** A query on the large database, in rounds. */
async function timed({ large }: ReadingStage, query: string, variables: object): Promise<number[]> {
  const body = JSON.stringify({ query, variables });
  await warmUp(large, body);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await p50(large, body, { count: ASKED_OF_ONE }));
  }
  return rounds;
}

const [STEPS, SHORT_DAG, LONG_DAG, GOALS] = LANDMARKS;

/** Figure 10. A trace's 50 steps with their data, the steps they depend on, and their goals, in the large database. */
const steps: Figure<ReadingStage> = {
  number: 10,
  name: 'trace of 50 steps',
  async measure(stage) {
    const query = `query ($id: ID!) {
      trace(id: $id) {
        id task status totalSteps totalTokens totalCost
        steps(first: 50) {
          nodes { id sequence type createdAt data parents { id sequence type } goal { goalId description status } }
        }
      }
    }`;
    const rounds = await timed(stage, query, { id: STEPS });
    return [{ name: 'trace of 50 steps, p50', unit: 'ms', rounds, target: { atMost: 8 } }];
  },
};

/**
 * Figure 11. All ancestors of the last of 10,000 steps, each of which depends on the previous one and on two of the ten before
 * that; and how much longer that takes than for 2,500 steps of the same kind: four times would be linear.
 */
const ancestors: Figure<ReadingStage> = {
  number: 11,
  name: 'ancestors of 10,000 steps',
  async measure(stage) {
    const query = `query ($id: ID!) { step(id: $id) { ancestors(first: 10000) { edges { depth node { id sequence type } } } } }`;
    const rounds = await timed(stage, query, { id: `${LONG_DAG}-s9999` });
    const short = median(await timed(stage, query, { id: `${SHORT_DAG}-s2499` }));
    return [
      { name: 'all ancestors in 10,000 steps, p50', unit: 'ms', rounds, target: { atMost: 100 } },
      {
        name: 'all ancestors, against 2,500 steps',
        unit: 'times',
        rounds: rounds.map((time) => time / short),
        target: { atMost: 4 },
      },
    ];
  },
};

/** Figure 12. The goal tree of 1,000 goals, each with its own and its cumulative stats. */
const goalTree: Figure<ReadingStage> = {
  number: 12,
  name: 'goal tree of 1,000 goals',
  async measure(stage) {
    const stats = '{ messageCount promptTokens completionTokens totalTokens totalCost preview }';
    const query = `query ($id: ID!) {
      trace(id: $id) {
        goalTree { mission goals { goalId parentId description status order selfStats ${stats} cumulativeStats ${stats} } }
      }
    }`;
    const rounds = await timed(stage, query, { id: GOALS });
    return [{ name: 'goal tree of 1,000 goals, p50', unit: 'ms', rounds, target: { atMost: 25 } }];
  },
};

export const reads = [list, steps, ancestors, goalTree];
