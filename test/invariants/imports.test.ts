import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const src = fileURLToPath(new URL('../../../src/', import.meta.url));

/** The folders of src/, top down: a file imports (types included) from its own folder and the folders below it. */
const ORDER = ['main', 'api', 'live', 'domain', 'ingest', 'content', 'model', 'neo4j', 'base'] as const;
/** Inside the domain, a noun may use the nouns below it, and threads. */
const NOUNS = [['steps', 'messages'], ['traces'], ['goals']] as const;
/** What the command line shares with the server, which it otherwise uses only through its API. */
const SHARED_WITH_CLI = ['base/json', 'base/errors', 'base/program-version'];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace(/\.ts$/, ''));

/** What a file imports: files of src by path, packages by name. */
function importsOf(file: string, { types }: { readonly types: boolean }): string[] {
  const text = readFileSync(join(src, `${file}.ts`), 'utf8');
  const pattern = types
    ? /^(?:import|export)\s[^;]*?from '([^']+)'/gm
    : /^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)'/gm;
  return [...text.matchAll(pattern)].map(([, name = '']) =>
    name.startsWith('.') ? normalize(join(dirname(file), name)).replace(/\.js$/, '') : name,
  );
}

/** The top-level folder of a file; `main` if it is in none. */
function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : 'main';
}

function rank(file: string): number {
  const place = ORDER.indexOf(folderOf(file) as (typeof ORDER)[number]);
  assert.notEqual(place, -1, `src/${file}.ts is in a folder without a place in the order`);
  return place;
}

const ofServer = files.filter((file) => folderOf(file) !== 'cli');

test('a folder imports only itself and the folders below it', () => {
  const upward = ofServer.flatMap((file) =>
    importsOf(file, { types: true })
      .filter((name) => files.includes(name))
      .filter((name) => folderOf(name) === 'cli' || rank(name) < rank(file))
      .map((name) => `${file} -> ${name}`),
  );
  assert.deepEqual(upward, []);
});

test('inside the domain, a noun imports only the nouns below it, and threads', () => {
  const nounOf = (file: string): string => file.split('/')[1] ?? '';
  const level = (noun: string): number =>
    NOUNS.findIndex((nouns) => (nouns as readonly string[]).includes(noun));
  const sideways = ofServer
    .filter((file) => folderOf(file) === 'domain')
    .flatMap((file) =>
      importsOf(file, { types: true })
        .filter((name) => files.includes(name) && folderOf(name) === 'domain')
        .filter((name) => {
          const [from, to] = [nounOf(file), nounOf(name)];
          const isBelow = level(from) !== -1 && level(to) > level(from);
          return from !== to && to !== 'threads' && !isBelow;
        })
        .map((name) => `${file} -> ${name}`),
    );
  assert.deepEqual(sideways, []);
});

test('the command line uses the server through its API, and shares only JSON, errors and the version with it', () => {
  const existing = files
    .filter((file) => folderOf(file) === 'cli')
    .flatMap((file) => importsOf(file, { types: true }).map((name) => ({ file, name })))
    .filter(
      ({ name }) => files.includes(name) && folderOf(name) !== 'cli' && !SHARED_WITH_CLI.includes(name),
    );
  assert.deepEqual(existing, []);
});

test('there are no import cycles', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `a circle: ${[...path, file].join(' -> ')}`);
    if (!done.has(file)) {
      importsOf(file, { types: false })
        .filter((name) => files.includes(name))
        .forEach((name) => visit(name, [...path, file]));
      done.add(file);
    }
  };
  files.forEach((file) => visit(file, []));
});

test('the domain and the folders below it never import graphql', () => {
  const importing = ofServer.filter(
    (file) => rank(file) >= ORDER.indexOf('domain') && importsOf(file, { types: true }).includes('graphql'),
  );
  assert.deepEqual(importing, []);
});

test('a resolver never sends Cypher', () => {
  const sending = files.filter(
    (file) =>
      file.startsWith('api/graphql/resolvers/') &&
      importsOf(file, { types: false }).some((name) => ['neo4j/cypher', 'neo4j/database'].includes(name)),
  );
  assert.deepEqual(sending, []);
});

test('only main and cli access the process they run in', () => {
  const touching = files.filter((file) => {
    const text = readFileSync(join(src, `${file}.ts`), 'utf8');
    return (
      !['main', 'cli/cli'].includes(file) &&
      /\bprocess\.(env|argv|exit|on|once|stdout|stderr|cwd)\b/.test(text)
    );
  });
  assert.deepEqual(touching, []);
});

test('every package that src imports is in dependencies, not only in devDependencies', () => {
  const { dependencies } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const packages = files
    .flatMap((file) => [
      ...importsOf(file, { types: false }),
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
