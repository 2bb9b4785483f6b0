import type { Answer, Followed, Kit } from './kit.js';

// Run events, as most tests write, read and follow them.

export const RUN_EVENT = 'id threadId runId seq eventType category content metadata createdAt';
export const PUT = `mutation ($input: RunEventInput!) { putRunEvent(input: $input) { ${RUN_EVENT} } }`;
export const PUT_ALL = `mutation ($inputs: [RunEventInput!]!) { putRunEvents(inputs: $inputs) { ${RUN_EVENT} } }`;
export const DELETE_THREAD = 'mutation ($threadId: ID!) { deleteThreadEvents(threadId: $threadId) }';
export const DELETE_RUN =
  'mutation ($threadId: ID!, $runId: ID!) { deleteRunEvents(threadId: $threadId, runId: $runId) }';
export const RUN_EVENTS = `subscription ($threadId: ID!, $after: ID, $afterSeq: Long) {
  runEvents(threadId: $threadId, after: $after, afterSeq: $afterSeq) {
    __typename
    ... on RunEvent { ${RUN_EVENT} }
    ... on EventGap { requested earliest latest }
    ... on RunEventsDeleted { deletedId: threadId }
  }
}`;

/** An event as a journal writes it; `input` overrides its fields. */
export function runEvent(threadId: string, input: object = {}): object {
  return { threadId, runId: 'run', eventType: 'ai_message', category: 'message', content: 'hi', ...input };
}

export async function put(kit: Kit, threadId: string, input: object = {}): Promise<any> {
  return (await kit.ask(PUT, { input: runEvent(threadId, input) })).putRunEvent;
}

/** Writes events in one transaction. */
export async function putAll(kit: Kit, threadId: string, inputs: readonly object[]): Promise<any[]> {
  const answer = await kit.ask(PUT_ALL, { inputs: inputs.map((input) => runEvent(threadId, input)) });
  return answer.putRunEvents as any[];
}

/** Writes `count` identical events in one transaction. */
export function putMany(kit: Kit, threadId: string, count: number, input: object = {}): Promise<any[]> {
  return putAll(kit, threadId, Array<object>(count).fill(input));
}

export async function deleteThread(kit: Kit, threadId: string): Promise<number> {
  return (await kit.ask(DELETE_THREAD, { threadId })).deleteThreadEvents as number;
}

export async function deleteRun(kit: Kit, threadId: string, runId: string): Promise<number> {
  return (await kit.ask(DELETE_RUN, { threadId, runId })).deleteRunEvents as number;
}

/** The `seq` of a thread's events in the database, and its counter (null if there is no thread), as Neo4j has them. */
export async function stored(
  kit: Kit,
  threadId: string,
): Promise<{ readonly seqs: number[]; readonly lastSeq: number | null }> {
  const [row] = await kit.cypher(
    `OPTIONAL MATCH (t:Thread {projectId: 'default', id: $threadId})
     OPTIONAL MATCH (e:RunEvent {projectId: 'default', threadId: $threadId})
     WITH t, e ORDER BY e.seq RETURN collect(e.seq) AS seqs, t.lastSeq AS lastSeq`,
    { threadId },
  );
  return row;
}

/** The next `count` updates of a subscription to run events. */
export async function take(live: Followed, count: number): Promise<any[]> {
  const updates: any[] = [];
  while (updates.length < count) {
    const { data, errors } = (await live.next(20_000)) as Answer;
    if (errors !== undefined) {
      throw new Error(`expected an update, got ${JSON.stringify(errors)}`);
    }
    updates.push(data.runEvents);
  }
  return updates;
}

/** Updates in short form: an event's `seq`, a gap's [requested, earliest, latest], otherwise the type name. */
export function shortForm(updates: readonly any[]): unknown[] {
  return updates.map(({ __typename, seq, requested, earliest, latest }) => {
    if (__typename === 'EventGap') {
      return [requested, earliest, latest];
    }
    return __typename === 'RunEvent' ? seq : __typename;
  });
}
