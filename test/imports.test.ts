import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** The layers, from the edge down to the ground; a file imports from its own layer and from those below. */
const LAYERS = {
  clients:
    'cli api-client follow-trace demo demo-agent demo-thread demo-scene demo-earlier demo-incident demo-repair demo-review import ' +
    'progress replay-pace transcripts text-lines openai-transcript swe-agent-trajectory agent-run run-to-trace ' +
    'write-trace',
  edge:
    'main server build-schema http-server routes respond graphiql graphiql-page graphql-http request-scope ' +
    'subscribe watch frames mask request-body host-check cors client-disconnect config pretty context loaders ' +
    'scalars limits start-up stop-parts hold-port await-neo4j within drain apollo-server bound-execution ' +
    'collect-fields guard-fields list-size query-cost query-limits result-text socket-results write-result ' +
    'byte-budget body-parser body-worker parse-body prepare-request unavailable-status socket-limit ' +
    'socket-messages',
  domain:
    'traces goals set-goal-tree goal-rules messages update-message steps events lists goal-lists delete-trace ' +
    'snapshot tails follower endable log-source log-part trace-log thread-log list-changes trace-list poll ' +
    'threads run-events run-event-lists delete-run-events ended-generations finish-deletions batches ' +
    'thread-updates run-event-ids times checkpoints read-checkpoints checkpoint-payload delete-checkpoints ' +
    'json-changes read-content checkpoint-diff checkpoint-tree goal-tree step-data tally sequences usage pages ' +
    'ids content-input list-traces list-children list-events list-messages list-steps owned-pages object-text keys lock-order',
  ingest:
    'ingest known lock load append flush flush-checkpoints batch store-content free-content content nodes ' +
    'stats graph fair-queue',
  ground:
    'migrate migrations program-version cypher database errors json json-text neo4j-local neo4j-install ' +
    'neo4j-server no-local-neo4j process-lock data-folder bolt-values call connections health-probe ' +
    'neo4j-errors outage slices json-parts fetch-progress neo4j-supervisor prepared-json',
} as const;

type Layer = keyof typeof LAYERS;
const order = Object.keys(LAYERS) as Layer[];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace(/\.ts$/, ''));

/** What a file imports: files of src by name, packages by theirs. Types are left out: they are gone when it runs. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, `${file}.ts`), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)'/gm)].map(([, name = '']) =>
    name.startsWith('.') ? normalize(join(dirname(file), name)).replace(/\.js$/, '') : name,
  );
}

function layerOf(file: string): Layer {
  if (/^(resolvers|generated)\//.test(file)) {
    return 'edge';
  }
  const layer = order.find((name) => LAYERS[name].split(' ').includes(file));
  assert.ok(layer, `src/${file}.ts is in no layer: say in test/imports.test.ts where it belongs`);
  return layer;
}

test('imports point down the layers only', () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => files.includes(name))
      .filter((name) => order.indexOf(layerOf(name)) < order.indexOf(layerOf(file)))
      .map((name) => `${file} -> ${name}`),
  );
  assert.deepEqual(upward, []);
});

test('the clients know the server by its API, and share with it only what JSON, an error and the version are', () => {
  const shared = ['json', 'errors', 'program-version'];
  const known = files
    .filter((file) => layerOf(file) === 'clients')
    .flatMap((file) => importsOf(file).map((name) => ({ file, name })))
    .filter(({ name }) => files.includes(name) && layerOf(name) !== 'clients' && !shared.includes(name));
  assert.deepEqual(known, []);
});

test('no files import one another in a circle', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `a circle: ${[...path, file].join(' -> ')}`);
    if (!done.has(file)) {
      importsOf(file)
        .filter((name) => files.includes(name))
        .forEach((name) => visit(name, [...path, file]));
      done.add(file);
    }
  };
  files.forEach((file) => visit(file, []));
});

test('the domain and what is below never import graphql', () => {
  const importing = files.filter(
    (file) => order.indexOf(layerOf(file)) >= order.indexOf('domain') && importsOf(file).includes('graphql'),
  );
  assert.deepEqual(importing, []);
});

test('a resolver never sends Cypher', () => {
  const sending = files.filter(
    (file) =>
      file.startsWith('resolvers/') && importsOf(file).some((name) => ['cypher', 'database'].includes(name)),
  );
  assert.deepEqual(sending, []);
});

test('only main and cli touch the process they run in', () => {
  const touching = files.filter((file) => {
    const text = readFileSync(join(src, `${file}.ts`), 'utf8');
    return (
      !['main', 'cli'].includes(file) && /\bprocess\.(env|argv|exit|on|once|stdout|stderr|cwd)\b/.test(text)
    );
  });
  assert.deepEqual(touching, []);
});

test('what src imports comes with the server: a package of dependencies, not of devDependencies', () => {
  const { dependencies } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const packages = files
    .flatMap((file) => [
      ...importsOf(file),
      ...[...readFileSync(join(src, `${file}.ts`), 'utf8').matchAll(/\bimport\('([^.'][^']*)'\)/g)].map(
        ([, name = '']) => name,
      ),
    ])
    .filter((name) => !files.includes(name) && !name.startsWith('node:') && !name.startsWith('.'))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  assert.deepEqual(
    [...new Set(packages)].filter((name) => dependencies[name] === undefined),
    [],
  );
  assert.ok(packages.includes('@graphql-yoga/render-graphiql'));
});
