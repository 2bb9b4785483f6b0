// The LangGraph checkpointers for Postgres and SQLite, told what to do line by line (see saver.ts).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';

const installed = createRequire(`${process.env.PEER_PACKAGES}/`);
const { uuid6 } = installed('@langchain/langgraph-checkpoint');

const OPENED = {
  async postgres() {
    const { PostgresSaver } = installed('@langchain/langgraph-checkpoint-postgres');
    const saver = PostgresSaver.fromConnString(process.env.PEER_URI);
    await saver.setup();
    const {
      rows: [settings],
    } = await saver.pool.query(
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits`,
    );
    if (settings.fsync !== 'on' || settings.commits !== 'on') {
      throw new Error(`expected commits that wait for the disk, got ${JSON.stringify(settings)}`);
    }
    return {
      saver,
      async bytes() {
        await saver.pool.query('VACUUM');
        await saver.pool.query('CHECKPOINT');
        const { rows } = await saver.pool.query('SELECT pg_database_size(current_database()) AS bytes');
        return Number(rows[0].bytes);
      },
    };
  },
  sqlite() {
    const { SqliteSaver } = installed('@langchain/langgraph-checkpoint-sqlite');
    const saver = SqliteSaver.fromConnString(process.env.PEER_URI);
    saver.setup();
    saver.db.pragma('synchronous = FULL');
    if (saver.db.pragma('synchronous', { simple: true }) !== 2) {
      throw new Error('expected SQLite to take synchronous = FULL');
    }
    return {
      saver,
      bytes() {
        saver.db.pragma('wal_checkpoint(TRUNCATE)');
        return (
          saver.db.pragma('page_count', { simple: true }) * saver.db.pragma('page_size', { simple: true })
        );
      },
    };
  },
};

const configOf = (thread) => ({ configurable: { thread_id: thread, checkpoint_ns: '' } });

async function put(saver, { thread, messages }) {
  const took = [];
  let [config, version] = [configOf(thread), undefined];
  for (let step = 1; step <= messages.length; step += 1) {
    const begun = performance.now();
    version = saver.getNextVersion(version);
    const checkpoint = {
      v: 4,
      id: uuid6(step),
      ts: new Date().toISOString(),
      channel_values: { messages: messages.slice(0, step) },
      channel_versions: { messages: version },
      versions_seen: {},
    };
    const metadata = { source: 'loop', step, parents: {} };
    config = await saver.put(config, checkpoint, metadata, { messages: version });
    took.push(performance.now() - begun);
  }
  return took;
}

function check({ checkpoint, metadata }, messages, step) {
  if (
    metadata.step !== step ||
    !isDeepStrictEqual(checkpoint.channel_values.messages, messages.slice(0, step))
  ) {
    throw new Error(`expected the checkpoint of step ${step} as it was put`);
  }
}

async function latest(saver, { thread, messages, times }) {
  const took = [];
  for (let time = 0; time < times; time += 1) {
    const begun = performance.now();
    const found = await saver.getTuple(configOf(thread));
    took.push(performance.now() - begun);
    check(found, messages, messages.length);
  }
  return took;
}

async function list(saver, { thread, messages, times, limit }) {
  const took = [];
  for (let time = 0; time < times; time += 1) {
    const begun = performance.now();
    const found = [];
    for await (const each of saver.list(configOf(thread), { limit })) {
      found.push(each);
    }
    took.push(performance.now() - begun);
    if (found.length !== limit) {
      throw new Error(`expected ${limit} checkpoints, got ${found.length}`);
    }
    found.forEach((each, place) => check(each, messages, messages.length - place));
  }
  return took;
}

const { saver, bytes } = await OPENED[process.argv[2]]();
const WORK = { put, latest, list };
console.log('{}');
for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  if (task.work === 'bytes') {
    console.log(JSON.stringify({ bytes: await bytes() }));
  } else {
    const messages = JSON.parse(readFileSync(task.file, 'utf8'));
    console.log(JSON.stringify({ took: await WORK[task.work](saver, { ...task, messages }) }));
  }
}
await saver.end?.();
