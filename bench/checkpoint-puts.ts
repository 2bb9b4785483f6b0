import type { CheckpointStage } from './checkpoints.js';
import { LENGTH, messagesOf, putAfterBody, putBody } from './checkpoint-load.js';
import { median, type Figure, type Reading } from './figure.js';
import { ROUNDS } from './rounds.js';

const NEIGHBOURS = 20;
/** Around which puts of a thread the times are taken; the first is what the others are compared with. */
const PLACES = [NEIGHBOURS, 300, LENGTH] as const;
let threads = 0;

interface Client {
  post(body: string): Promise<unknown>;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/**
 * The median times of the 20 puts up to each place, in each round. Each round has its own threads and texts; what lies between the
 * places is put at once.
 */
async function timesOf(client: Client, bodyOf: typeof putBody): Promise<number[][]> {
  const rounds: number[][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    threads += 1;
    const messages = messagesOf(100 + threads);
    const thread = `put-${threads}`;
    const times = async (from: number, to: number, name: string): Promise<number> => {
      const took: number[] = [];
      for (let step = from; step <= to; step += 1) {
        const body = bodyOf(name, step, messages);
        took.push(await timed(() => client.post(body)));
      }
      return median(took);
    };
    // By the 20th put of a thread, both compilers are warm again.
    await times(1, NEIGHBOURS, `${thread}-warm`);
    const took: number[] = [];
    for (const place of PLACES) {
      if (place > NEIGHBOURS) {
        await client.post(putBody(thread, place - NEIGHBOURS, messages));
      }
      took.push(await times(place - NEIGHBOURS + 1, place, thread));
    }
    if (round > 0) {
      rounds.push(took);
    }
  }
  return rounds;
}

function readings(form: string, rounds: readonly number[][], atMost: number): Reading[] {
  const [early, middle, late] = PLACES.map((_, index) => rounds.map((took) => took[index] as number)) as [
    number[],
    number[],
    number[],
  ];
  return [
    {
      name: `checkpoints: put ${form} at the 1,000th, p50`,
      unit: 'of the 10th',
      rounds: late.map((time, round) => time / (early[round] as number)),
      target: { atMost },
    },
    { name: `checkpoints: put ${form} at the 1,000th, p50: time`, unit: 'ms', rounds: late },
    { name: `checkpoints: put ${form} 281 to 300, p50: time`, unit: 'ms', rounds: middle },
    { name: `checkpoints: put ${form} at the 10th, p50: time`, unit: 'ms', rounds: early },
  ];
}

/**
 * Figure 17. The time of `putCheckpoint` around the 1,000th of a growing list, against that around the 10th; one client sends
 * the whole list each time.
 */
const puts: Figure<CheckpointStage> = {
  number: 17,
  name: 'checkpoints: put at the 1,000th',
  measure: async ({ client }) => readings('whole', await timesOf(client, putBody), 2),
};

/** Figure 23. The same for a client that sends only the new message each time. */
const appends: Figure<CheckpointStage> = {
  number: 23,
  name: 'checkpoints: append at the 1,000th',
  measure: async ({ client }) => readings('in append form', await timesOf(client, putAfterBody), 1.2),
};

const KEYS = 5_000;
const PUTS = 100;

/**
 * The median time of puts of a state of 5,000 short keys of which one changes each time, and the characters that they store each: all
 * texts of content and of the checkpoints. Each round has its own texts.
 */
async function statesOf(
  { client, database }: CheckpointStage,
  form: string,
  payloadOf: (state: Readonly<Record<string, string>>, key: string, base: string) => object,
): Promise<Reading[]> {
  const [times, bytes]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    threads += 1;
    const thread = `state-${threads}`;
    const state = Object.fromEntries(
      Array.from({ length: KEYS }, (_, key) => [`key-${key}`, `${thread}-${key}`]),
    );
    const bodyOf = (step: number, payload: object): string => {
      const metadata = {
        ...{ threadId: thread, checkpointId: `${thread}-${step}`, step },
        parentCheckpointId: step === 0 ? null : `${thread}-${step - 1}`,
      };
      const query = 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }';
      return JSON.stringify({ query, variables: { input: { metadata, ...payload } } });
    };
    await client.post(bodyOf(0, { state }));
    const before = await charactersOf(database, thread);
    const took: number[] = [];
    for (let step = 1; step <= PUTS; step += 1) {
      const key = `key-${(step * 37) % KEYS}`;
      state[key] = `${thread}-${step}-new`;
      const body = bodyOf(step, payloadOf(state, key, `${thread}-${step - 1}`));
      took.push(await timed(() => client.post(body)));
    }
    if (round > 0) {
      times.push(median(took));
      bytes.push(((await charactersOf(database, thread)) - before) / PUTS);
    }
  }
  const name = `checkpoints: state of 5,000 keys, one changes, ${form}`;
  return [
    { name: `${name}: stored for each`, unit: 'bytes', rounds: bytes, target: { atMost: 2_000 } },
    { name: `${name}: put, p50`, unit: 'ms', rounds: times },
  ];
}

/** How many characters the texts of a thread's checkpoints and of the content with its name have. */
async function charactersOf(database: CheckpointStage['database'], thread: string): Promise<number> {
  const [sum] = await database.run<{ characters: number }>(
    {
      name: 'bench/state-characters',
      text: `CALL () { MATCH (c:Content) WHERE c.text CONTAINS $word RETURN sum(size(c.text)) AS content }
        CALL () { MATCH (c:Checkpoint {threadId: $thread})
          RETURN sum(size(coalesce(c.state, '')) + size(coalesce(c.stateIds, ''))) AS own }
        RETURN content + own AS characters`,
    },
    { word: `"${thread}-`, thread },
  );
  return sum?.characters ?? 0;
}

/** Figure 24. A state of 5,000 short keys of which one changes, sent whole each time. */
const wholeStates: Figure<CheckpointStage> = {
  number: 24,
  name: 'checkpoints: state whole',
  measure: (stage) => statesOf(stage, 'whole', (state) => ({ state })),
};

/** Figure 25. The same for a client that sends only the changed key. */
const changedStates: Figure<CheckpointStage> = {
  number: 25,
  name: 'checkpoints: state in append form',
  measure: (stage) =>
    statesOf(stage, 'in append form', (state, key, checkpointId) => ({
      stateAfter: { checkpointId, set: { [key]: state[key] } },
    })),
};

export const checkpointPuts = [puts, appends, wholeStates, changedStates];
