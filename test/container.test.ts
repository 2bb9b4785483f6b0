import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { testNeo4j } from './kit/kit.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  test('pins its base images by digest', () => {
    const bases = lines.filter((line) => line.startsWith('FROM '));
    assert.equal(bases.length, 2);
    for (const base of bases) {
      assert.match(base, /^FROM node:20\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}( AS build)?$/);
    }
  });

  test('makes the files owned by root and unwritable, and runs as another user', () => {
    assert.deepEqual(
      lines.filter((line) => line.includes('--chown')),
      [],
    );
    const protect = lines.indexOf('RUN chmod -R a-w,a+rX /app');
    assert.ok(protect > lines.findLastIndex((line) => line.startsWith('COPY ')));
    assert.ok(lines.indexOf('USER node') > protect);
    assert.ok(lines.indexOf('USER node') < lines.findIndex((line) => line.startsWith('CMD ')));
  });
});

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  /** The lines of each service. */
  const services = Object.fromEntries(
    (text.split(/^volumes:/m)[0] ?? '')
      .split(/^ {2}(?=\w+:$)/m)
      .slice(1)
      .map((service) => [service.slice(0, service.indexOf(':')), service]),
  );

  test('gives no service capabilities, new privileges or unlimited memory', () => {
    assert.deepEqual(Object.keys(services), ['neo4j', 'stemma']);
    for (const [name, service] of Object.entries(services)) {
      assert.match(service, /^ {4}cap_drop: \[ALL\]$/m, name);
      assert.match(service, /^ {4}security_opt: \['no-new-privileges:true'\]$/m, name);
      assert.match(service, /^ {4}mem_limit: \d+m$/m, name);
      assert.match(service, /^ {4}pids_limit: \d+$/m, name);
      assert.doesNotMatch(service, /privileged|cap_add|network_mode|pid: /, name);
    }
  });

  test('gives the server a read-only file system and a heap limit below its memory limit', () => {
    const { stemma = '' } = services;
    assert.match(stemma, /^ {4}read_only: true$/m);
    assert.doesNotMatch(stemma, /^ {4}(volumes|tmpfs|user):/m);
    const heapMb = Number(/--max-old-space-size=(\d+)/.exec(stemma)?.[1]);
    const memoryMb = Number(/mem_limit: (\d+)m/.exec(stemma)?.[1]);
    assert.ok(heapMb > 0 && heapMb <= memoryMb * 0.75, `${heapMb} of ${memoryMb}`);
  });

  test('publishes one port, on loopback', () => {
    assert.deepEqual(text.match(/^ +- '[\d.:]+'$/gm), ["      - '127.0.0.1:4000:4000'"]);
  });

  test('pins the database by digest, runs it as a non-root user and puts no password on a command line', () => {
    const { neo4j = '' } = services;
    assert.match(neo4j, /^ {4}image: neo4j:5\.26\.\d+-community@sha256:[0-9a-f]{64}$/m);
    assert.match(neo4j, /^ {4}user: '7474:7474'$/m);
    assert.doesNotMatch(text, /cypher-shell[^\n]*(-p|--password|-u|--username)\b/);
    // The container's own environment must not contain it: the image would treat it as a database setting.
    assert.doesNotMatch(neo4j, /^ +NEO4J_(PASSWORD|USERNAME):/m);
  });

  test("the database's health check passes the password to cypher-shell in its environment", () => {
    const command = /^ +- (NEO4J_USERNAME=.*)$/m.exec(services['neo4j'] ?? '')?.[1]?.replaceAll('$$', '$');
    const bin = mkdtempSync(join(tmpdir(), 'stemma-bin-'));
    const shell = join(bin, 'cypher-shell');
    writeFileSync(shell, '#!/bin/sh\nenv | grep ^NEO4J_ >&2\necho "args $*" >&2\n', { mode: 0o755 });
    const { stderr } = spawnSync('sh', ['-c', command ?? ''], {
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, NEO4J_AUTH: 'neo4j/pass/word $1' },
      encoding: 'utf8',
    });
    rmSync(bin, { recursive: true });
    assert.deepEqual(stderr.trim().split('\n').sort(), [
      'NEO4J_AUTH=neo4j/pass/word $1',
      'NEO4J_PASSWORD=pass/word $1',
      'NEO4J_USERNAME=neo4j',
      'args RETURN 1',
    ]);
  });
});

/** The folder as it is in the image: production packages only, and nothing else of the repository. */
function imageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-image-'));
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  for (const [path, { dev }] of Object.entries(packages)) {
    if (path !== '' && dev !== true && !path.slice('node_modules/'.length).includes('/node_modules/')) {
      cpSync(join(root, path), join(folder, path), {
        recursive: true,
        // Typings and source maps are half of the files, and nothing reads them.
        filter: (name) => !/\.(map|[cm]?ts)$/.test(name),
      });
    }
  }
  mkdirSync(join(folder, 'dist'));
  cpSync(join(root, 'dist/src'), join(folder, 'dist/src'), { recursive: true });
  for (const name of ['package.json', 'schema.graphql', 'cypher', 'neo4j']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return folder;
}

function setModes(folder: string, fileMode: number, folderMode: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? folderMode : fileMode);
  }
  chmodSync(folder, folderMode);
}

test('the server runs as in the image: production packages, nothing writable, another user', async () => {
  const folder = imageFolder();
  setModes(folder, 0o444, 0o555);
  const { uri, username, password } = testNeo4j();
  // Only root can switch to another user; otherwise the files are still not writable.
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: folder,
    env: {
      NODE_ENV: 'production',
      NODE_OPTIONS: '--max-old-space-size=768',
      // Nothing but the folder: no home, no temporary folder.
      HOME: '/nonexistent',
      TMPDIR: '/nonexistent',
      NEO4J_URI: uri,
      NEO4J_USERNAME: username,
      NEO4J_PASSWORD: password,
      STEMMA_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...asNobody,
  });
  try {
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const collect = (data: Buffer): void => {
        output += data.toString();
        const [, address] = /over HTTP +(http:\/\/\S+)\/graphql/.exec(output) ?? [];
        if (address !== undefined) {
          resolve(address);
        }
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
    });
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    assert.match(await page.text(), /<title>Stemma<\/title>/);
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ traces(first: 1) { nodes { id } } }' }),
    });
    assert.deepEqual(Object.keys((await answer.json()) as object), ['data']);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
  } finally {
    child.kill('SIGKILL');
    setModes(folder, 0o644, 0o755);
    rmSync(folder, { recursive: true });
  }
});
