import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const src = fileURLToPath(new URL('../../../src/', import.meta.url));

/** The folders of src/, from the top down: a file imports, types included, from its own folder and from those below. */
const ORDER = ['main', 'api', 'live', 'domain', 'ingest', 'content', 'model', 'neo4j', 'base'] as const;
/** Inside of the domain: a noun may use the nouns below it, and threads. */
const NOUNS = [['steps', 'messages'], ['traces'], ['goals']] as const;
/** What the command line shares with the server: it knows it by its API only. */
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

/** The folder at the top that a file is in; `main` for those in none. */
function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : 'main';
}

function rank(file: string): number {
  const place = ORDER.indexOf(folderOf(file) as (typeof ORDER)[number]);
  assert.notEqual(place, -1, `src/${file}.ts is in a folder without a place in the order`);
  return place;
}

const ofServer = files.filter((file) => folderOf(file) !== 'cli');

test('imports point down the folders only', () => {
  const upward = ofServer.flatMap((file) =>
    importsOf(file, { types: true })
      .filter((name) => files.includes(name))
      .filter((name) => folderOf(name) === 'cli' || rank(name) < rank(file))
      .map((name) => `${file} -> ${name}`),
  );
  assert.deepEqual(upward, []);
});

test('inside of the domain a noun imports the nouns below it, and threads', () => {
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

test('the command line knows the server by its API, and shares with it only what JSON, an error and the version are', () => {
  const known = files
    .filter((file) => folderOf(file) === 'cli')
    .flatMap((file) => importsOf(file, { types: true }).map((name) => ({ file, name })))
    .filter(
      ({ name }) => files.includes(name) && folderOf(name) !== 'cli' && !SHARED_WITH_CLI.includes(name),
    );
  assert.deepEqual(known, []);
});

test('no files import one another in a circle', () => {
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

test('the domain and what is below never import graphql', () => {
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

test('only main and cli touch the process they run in', () => {
  const touching = files.filter((file) => {
    const text = readFileSync(join(src, `${file}.ts`), 'utf8');
    return (
      !['main', 'cli/cli'].includes(file) &&
      /\bprocess\.(env|argv|exit|on|once|stdout|stderr|cwd)\b/.test(text)
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
