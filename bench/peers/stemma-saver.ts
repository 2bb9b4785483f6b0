import { isDeepStrictEqual } from 'node:util';
import { putBody } from '../checkpoint-load.js';
import { openHttpClient } from '../http-client.js';
import { temporaryFolder } from '../neo4j.js';
import type { Chain, Saver } from './saver.js';
import { openStemma } from './stemma.js';

interface Found {
  readonly messages: unknown;
  readonly metadata: { readonly step: number };
}

const WHOLE = 'id messages state nextNode metadata { step checkpointId parentCheckpointId createdAt }';
const LATEST = `query ($thread: ID!) { latestCheckpoint(threadId: $thread) { ${WHOLE} } }`;
const LIST = `query ($thread: ID!, $limit: Int!) { checkpoints(threadId: $thread, limit: $limit) { ${WHOLE} } }`;
const METADATA = LIST.replace('messages state', 'messageCount');

/** Stemma, over HTTP: times include making each body and parsing each answer, as a library's do. */
export interface StemmaSaver extends Saver {
  /** Like `list`, without the content of the checkpoints, which no peer's list can leave out. */
  listMetadata: Saver['list'];
}

export async function openStemmaSaver(): Promise<StemmaSaver> {
  const stemma = await openStemma(temporaryFolder());
  const client = openHttpClient(stemma.url);
  const list = (query: string, check: (found: Found, chain: Chain, step: number) => void): Saver['list'] =>
    async function list(chain, { times, limit }) {
      const took: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const begun = performance.now();
        const variables = { thread: chain.thread, limit };
        const { checkpoints } = await client.ask<{ checkpoints: readonly Found[] }>(query, variables);
        took.push(performance.now() - begun);
        if (checkpoints.length !== limit) {
          throw new Error(`expected ${limit} checkpoints, got ${checkpoints.length}`);
        }
        checkpoints.forEach((each, place) => check(each, chain, chain.messages.length - place));
      }
      return took;
    };
  return {
    name: 'Stemma',
    async put({ thread, messages }) {
      const took: number[] = [];
      for (let step = 1; step <= messages.length; step += 1) {
        const begun = performance.now();
        await client.post(putBody(thread, step, messages));
        took.push(performance.now() - begun);
      }
      return took;
    },
    async latest(chain, times) {
      const took: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const begun = performance.now();
        const variables = { thread: chain.thread };
        const { latestCheckpoint } = await client.ask<{ latestCheckpoint: Found }>(LATEST, variables);
        took.push(performance.now() - begun);
        checkWhole(latestCheckpoint, chain, chain.messages.length);
      }
      return took;
    },
    list: list(LIST, checkWhole),
    listMetadata: list(METADATA, checkStep),
    async bytesOnDisk() {
      client.close();
      return stemma.bytesOnDisk();
    },
  };
}

function checkWhole(found: Found, chain: Chain, step: number): void {
  checkStep(found, chain, step);
  if (!isDeepStrictEqual(found.messages, chain.messages.slice(0, step))) {
    throw new Error(`expected the checkpoint of step ${step} of ${chain.thread} as it was put`);
  }
}

function checkStep({ metadata }: Found, { thread }: Chain, step: number): void {
  if (metadata.step !== step) {
    throw new Error(`expected step ${step} of ${thread}, got ${metadata.step}`);
  }
}
