import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ConfigError, readConfig, SETTING_NAMES } from '../src/config.js';
import { DEFAULT_LIMITS } from '../src/base/limits.js';

describe('settings', () => {
  test('default to loopback, port 4000 and a local Neo4j in .stemma', () => {
    const config = readConfig({});
    assert.deepEqual(config, {
      host: '127.0.0.1',
      port: 4000,
      dataDir: '.stemma',
      allowOpen: false,
      allowedHosts: [],
      allowedOrigins: [],
      limits: DEFAULT_LIMITS,
      logLevel: 'info',
      neo4jRestarts: 5,
      neo4j: null,
      warnings: [],
    });
  });

  test('are all in .env.example, with their defaults, and nothing else is', () => {
    const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
    const example = Object.fromEntries(
      lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split('=')),
    );
    assert.deepEqual(readConfig(example), readConfig({}));
    assert.deepEqual(Object.keys(example).sort(), [...SETTING_NAMES, 'STEMMA_URL'].sort());
  });

  test('an empty one counts as absent', () => {
    assert.equal(readConfig({ STEMMA_PORT: '', NEO4J_URI: '' }).port, 4000);
  });

  test('all mistakes are reported together, each with what was expected and what was found', () => {
    const mistakes = {
      STEMMA_PORT: '99999',
      STEMMA_HOST: '0.0.0.0',
      STEMMA_LOG_LEVEL: 'loud',
      STEMMA_ALLOW_OPEN: 'yes',
      STEMMA_MAX_SOCKETS: '0',
      NEO4J_URI: 'http://localhost:7474',
    };
    assert.throws(
      () => readConfig(mistakes),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        const [heading, ...lines] = error.message.split('\n');
        assert.equal(heading, 'Invalid configuration:');
        const names = [...Object.keys(mistakes), 'NEO4J_PASSWORD'];
        assert.deepEqual(
          lines.map((line) => /^ {2}(\w+): expected .+, got /.exec(line)?.[1]).sort(),
          names.sort(),
        );
        assert.match(error.message, /"99999"/);
        return true;
      },
    );
  });

  test('allowed hosts are names, and allowed origins are origins and nothing more', () => {
    const { allowedHosts, allowedOrigins } = readConfig({
      STEMMA_ALLOWED_HOSTS: 'stemma.example, [fe80::1]',
      STEMMA_ALLOWED_ORIGINS: 'http://localhost:5173, https://app.example',
    });
    assert.deepEqual(allowedHosts, ['stemma.example', '[fe80::1]']);
    assert.deepEqual(allowedOrigins, ['http://localhost:5173', 'https://app.example']);
    for (const origin of [
      '*',
      'null',
      'localhost:5173',
      'http://a.example/',
      'http://A.example',
      'file://',
    ]) {
      assert.throws(() => readConfig({ STEMMA_ALLOWED_ORIGINS: origin }), /STEMMA_ALLOWED_ORIGINS: expected/);
    }
    for (const host of ['*', 'http://a.example', 'a.example:80']) {
      assert.throws(() => readConfig({ STEMMA_ALLOWED_HOSTS: host }), /STEMMA_ALLOWED_HOSTS: expected/);
    }
  });

  test('each form of a Neo4j address is accepted', () => {
    for (const scheme of ['bolt', 'bolt+s', 'bolt+ssc', 'neo4j', 'neo4j+s', 'neo4j+ssc']) {
      const { neo4j } = readConfig({ NEO4J_URI: `${scheme}://db.example:7687`, NEO4J_PASSWORD: 'secret' });
      assert.equal(neo4j?.uri, `${scheme}://db.example:7687`);
    }
  });

  test('an address without a password is rejected', () => {
    assert.throws(
      () => readConfig({ NEO4J_URI: 'bolt://127.0.0.1:7687' }),
      /NEO4J_PASSWORD: expected a password/,
    );
  });

  test('an address that other machines can reach is rejected unless STEMMA_ALLOW_OPEN is true', () => {
    assert.throws(() => readConfig({ STEMMA_HOST: '0.0.0.0' }), /STEMMA_ALLOW_OPEN=true/);
    assert.equal(readConfig({ STEMMA_HOST: '0.0.0.0', STEMMA_ALLOW_OPEN: 'true' }).host, '0.0.0.0');
    assert.equal(readConfig({ STEMMA_HOST: '::1' }).host, '::1');
  });

  test('an unknown STEMMA_ variable is a warning that names the closest setting, not a mistake', () => {
    const { port, warnings } = readConfig({
      STEMMA_PROT: '1',
      STEMMA_MAX_REQUEST_BYTE: '1',
      STEMMA_URL: 'http://127.0.0.1:1',
      STEMMA_TEST_LOG: 'debug',
      NEO4J_CONF: '/etc/neo4j',
    });
    assert.equal(port, 4000);
    assert.deepEqual(warnings, [
      'STEMMA_PROT is not a setting and has no effect; did you mean STEMMA_PORT?',
      'STEMMA_MAX_REQUEST_BYTE is not a setting and has no effect; did you mean STEMMA_MAX_REQUEST_BYTES?',
    ]);
  });
});
