// npm run dev: the server, started again whenever a source file, a Cypher file or the schema changes. The local Neo4j is started
// once and stays up, so a restart takes about a second. With NEO4J_URI, that Neo4j is used.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

prepare();
const { readConfig } = await import('../dist/src/config.js');
const { startLocalNeo4j } = await import('../dist/src/neo4j/local/neo4j-local.js');

const root = fileURLToPath(new URL('..', import.meta.url));
/** The compiler writes many files, one after another. */
const SETTLE_MS = 300;
/** A server that does not stop in this time is killed. */
const STOP_MS = 11_000;

const config = readConfig(process.env);
const interrupted = new AbortController();
const children = new Set();
let server;
let timer;
let restarting = Promise.resolve();
let local;

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
  process.on(signal, () => void stop());
}

if (config.neo4j === null) {
  local = await startLocalNeo4j({
    dataDir: config.dataDir,
    report: (line) => console.log(line),
    environment: process.env,
    signal: interrupted.signal,
    maxRestarts: config.neo4jRestarts,
    onRestart: (message) => console.log(message),
  }).catch((error) => fail(error.message));
}
const environment =
  local === undefined
    ? process.env
    : {
        ...process.env,
        NEO4J_URI: local.uri,
        NEO4J_USERNAME: local.username,
        NEO4J_PASSWORD: local.password,
      };

startServer();
start(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--watch', '--preserveWatchOutput']);
for (const path of ['dist/src', 'cypher', 'schema.graphql']) {
  watch(`${root}${path}`, { recursive: true }, (_, name) => changed(`${path}/${name ?? ''}`));
}
console.log('Watching src/, cypher/ and schema.graphql; Ctrl-C stops everything.');

function start(args, options = {}) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

function startServer() {
  server = start(['--enable-source-maps', 'dist/src/main.js'], { env: environment });
}

function changed(path) {
  if (/\.(js|cypher|graphql)$/.test(path) && !interrupted.signal.aborted) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarting = restarting.then(restart);
    }, SETTLE_MS);
  }
}

async function restart() {
  console.log('\nRestarting: a file changed.');
  await end(server);
  if (!interrupted.signal.aborted) {
    startServer();
  }
}

/** Stops a child, and resolves once it has ended. */
async function end(child) {
  if (!children.has(child)) {
    return;
  }
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(kill);
}

async function stop() {
  if (interrupted.signal.aborted) {
    return;
  }
  interrupted.abort();
  clearTimeout(timer);
  await Promise.all([...children].map(end));
  await local?.stop();
  process.exit(0);
}

function fail(message) {
  if (!interrupted.signal.aborted) {
    console.error(message);
  }
  process.exit(1);
}
