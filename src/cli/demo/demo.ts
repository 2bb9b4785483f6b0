import { randomUUID } from 'node:crypto';
import type { Client } from '../api-client.js';
import { runMonday, runTuesday } from './demo-earlier.js';
import { runIncident } from './demo-incident.js';
import { demoIds, type DemoIds, type Tell } from './demo-scene.js';
import { demoThread } from './demo-thread.js';

export interface DemoOptions {
  /** Gets one line for each thing the agents do. */
  readonly say: (line: string) => void;
  /** How much of the pauses to keep: 1 takes about 30 seconds, 0 does not wait. */
  readonly pace: number;
  /** Makes the ids of this run unique; eight random characters unless given. */
  readonly runId?: string;
}

/**
 * Plays agents at work on the server: two short runs that fail, then the one to watch, which learns from them. It writes
 * every type of step and event. Throws with the server's message if a write is rejected.
 */
export async function runDemo(client: Client, options: DemoOptions): Promise<DemoIds> {
  const { say, pace, runId = randomUUID().slice(0, 8) } = options;
  const ids = demoIds(runId);
  const begun = Date.now();
  let waited = begun;
  const tell: Tell = async (line, waitMs) => {
    const now = Date.now();
    say(`${((now - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`);
    if (pace > 0) {
      // Time spent waiting for the server is taken out of the pauses, at most half of each.
      const pauseMs = Math.max(waitMs / 2, waitMs - (now - waited));
      await new Promise((resolve) => setTimeout(resolve, pauseMs * pace));
    }
    waited = Date.now();
  };

  const thread = demoThread(client, ids.thread);
  await runMonday(client, thread, ids);
  await tell(`an earlier run failed, and remembered why: trace ${ids.monday}`, 0);
  await runTuesday(client, ids);
  await tell(`another failed the same way: trace ${ids.tuesday}`, 0);
  await runIncident(client, { tell, ids, thread, onCreated: () => howToWatch(client, ids).forEach(say) });
  howToAsk(ids).forEach(say);
  return ids;
}

function howToWatch({ url }: Client, { incident }: DemoIds): string[] {
  return [
    '',
    'To watch it, in another terminal:',
    '',
    `  npx stemma watch ${incident}`,
    '',
    `or open ${url}/graphql in a browser, paste this and press the round button. Each event takes the place of the one before:`,
    '',
    `  subscription { traceEvents(traceId: "${incident}", since: 0) {`,
    '    __typename ... on TraceEvent { eventId type at payload }',
    '  } }',
    '',
  ];
}

function howToAsk({ incident, thread, branch }: DemoIds): string[] {
  return [
    '',
    'Done: 4 traces, one thread and a branch of it. Paste these into the page, one at a time:',
    '',
    'What happened, and what did it cost?',
    '',
    `  { trace(id: "${incident}") { status totalSteps totalMessages totalCost`,
    '    stats(includeSubTraces: true) { totalTokens totalCost }',
    '    goalTree { goals { goalId parentId status description cumulativeStats { messageCount totalCost } } }',
    '  } }',
    '',
    'Where can it be taken up again, and how do the thread and its branch differ?',
    '',
    `  { checkpointTree(threadId: "${thread}") {`,
    '    nodes { depth checkpoint { id nextNode metadata { threadId step summary } } } }',
    `    commonCheckpoint(a: "${thread}/cause", b: "${branch}/again") { id nextNode } }`,
    '',
    'Questions across runs, in Cypher: cypher/analysis/README.md',
  ];
}
