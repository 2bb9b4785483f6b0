import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { isLoopback } from './api/http/host-check.js';
import { DEFAULT_LIMITS, type Limits } from './base/limits.js';

/** Everything that can be set, from environment variables; see `.env.example` for what each does. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly allowOpen: boolean;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly limits: Limits;
  readonly logLevel: string;
  /** How many times within 10 minutes a local Neo4j that exits on its own is restarted. */
  readonly neo4jRestarts: number;
  /** Null: run a local Neo4j. */
  readonly neo4j: {
    readonly uri: string;
    readonly username: string;
    readonly password: string;
    readonly database: string | undefined;
  } | null;
  /** One sentence for each ignored setting, to be logged. */
  readonly warnings: readonly string[];
}

/** All configuration errors in one message, a line each under a heading. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(mistakes: readonly string[]) {
    super(`Invalid configuration:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
  }
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const SCHEMES = ['bolt', 'bolt+s', 'bolt+ssc', 'neo4j', 'neo4j+s', 'neo4j+ssc'];

const whole = (from: number, to: number, fallback: number): z.ZodType<number> =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error: `a whole number from ${from} to ${to}`,
    })
    .transform(Number);

/** Values separated by commas, each of which must be `valid`. */
const list = (valid: (item: string) => boolean, expected: string): z.ZodType<readonly string[]> =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every(valid), { error: expected });
const isHostName = (text: string): boolean => /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/i.test(text);
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

const MB = 1024 * 1024;
const milliseconds = (fallback: number): z.ZodType<number> => whole(100, 3_600_000, fallback);
const bytes = (fallback: number): z.ZodType<number> => whole(1024, 16 * 1024 * MB, fallback);

const SETTINGS = z.object({
  STEMMA_HOST: z.string().default('127.0.0.1'),
  STEMMA_PORT: whole(0, 65_535, 4000),
  STEMMA_DATA_DIR: z.string().default('.stemma'),
  STEMMA_ALLOW_OPEN: z.enum(['true', 'false'], { error: 'true or false' }).default('false'),
  STEMMA_ALLOWED_HOSTS: list(isHostName, 'host names without scheme and port'),
  STEMMA_ALLOWED_ORIGINS: list(isOrigin, 'origins such as http://localhost:5173, without a path'),
  STEMMA_MAX_REQUEST_BYTES: whole(1024, 512 * MB, DEFAULT_LIMITS.maxRequestBytes),
  STEMMA_MAX_RESPONSE_BYTES: bytes(DEFAULT_LIMITS.maxResponseBytes),
  STEMMA_MAX_QUERY_COST: whole(1, 1e9, DEFAULT_LIMITS.maxQueryCost),
  STEMMA_MAX_BODIES_BYTES: bytes(DEFAULT_LIMITS.maxBodiesBytes),
  STEMMA_MAX_QUEUED_BYTES: bytes(DEFAULT_LIMITS.maxQueuedBytes),
  STEMMA_REQUEST_TIMEOUT_MS: milliseconds(DEFAULT_LIMITS.requestTimeoutMs),
  STEMMA_HEADERS_TIMEOUT_MS: milliseconds(DEFAULT_LIMITS.headersTimeoutMs),
  STEMMA_BODY_TIMEOUT_MS: milliseconds(DEFAULT_LIMITS.bodyTimeoutMs),
  STEMMA_STOP_TIMEOUT_MS: milliseconds(DEFAULT_LIMITS.stopTimeoutMs),
  STEMMA_MAX_SOCKETS: whole(1, 1_000_000, DEFAULT_LIMITS.maxSockets),
  STEMMA_MAX_SUBSCRIPTIONS: whole(1, 1_000_000, DEFAULT_LIMITS.maxSubscriptions),
  STEMMA_LOG_LEVEL: z.enum(LEVELS, { error: `one of ${LEVELS.join(', ')}` }).default('info'),
  STEMMA_NEO4J_RESTARTS: whole(0, 1000, 5),
  NEO4J_URI: z
    .string()
    .refine((uri) => SCHEMES.some((scheme) => uri.startsWith(`${scheme}://`) && URL.canParse(uri)), {
      error: `an address that starts with ${SCHEMES.map((scheme) => `${scheme}://`).join(', ')}`,
    })
    .optional(),
  NEO4J_USERNAME: z.string().default('neo4j'),
  NEO4J_PASSWORD: z.string().optional(),
  NEO4J_DATABASE: z.string().optional(),
});

/** The environment variables that the server reads. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS.shape);

/**
 * The settings in `environment`; an empty value counts as absent. An unknown STEMMA_ variable is only a warning, because a
 * newer or older version of Stemma may know it.
 *
 * Throws a ConfigError that lists every mistake at once.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const mistakes = new Map<string, string>();
  for (const { path, message } of SETTINGS.safeParse(given).error?.issues ?? []) {
    const name = String(path[0]);
    mistakes.set(name, `expected ${message}, got ${JSON.stringify(given[name])}`);
  }
  // Defaults in place of rejected values, so that a mistake in one setting does not hide a mistake in another.
  const data = SETTINGS.parse(
    Object.fromEntries(Object.entries(given).filter(([name]) => !mistakes.has(name))),
  );
  if (given['NEO4J_URI'] !== undefined && data.NEO4J_PASSWORD === undefined) {
    mistakes.set('NEO4J_PASSWORD', 'expected a password, because NEO4J_URI is set, got none');
  }
  if (!isLoopback(data.STEMMA_HOST) && data.STEMMA_ALLOW_OPEN !== 'true') {
    mistakes.set(
      'STEMMA_HOST',
      `expected a loopback address (127.0.0.1, localhost, ::1), got ${JSON.stringify(data.STEMMA_HOST)}; ` +
        'the server has no keys, so whoever reaches it can read and write everything: set STEMMA_ALLOW_OPEN=true to allow that',
    );
  }
  if (mistakes.size > 0) {
    throw new ConfigError([...mistakes].map(([name, mistake]) => `${name}: ${mistake}`));
  }
  return {
    host: data.STEMMA_HOST,
    port: data.STEMMA_PORT,
    dataDir: data.STEMMA_DATA_DIR,
    allowOpen: data.STEMMA_ALLOW_OPEN === 'true',
    allowedHosts: data.STEMMA_ALLOWED_HOSTS,
    allowedOrigins: data.STEMMA_ALLOWED_ORIGINS,
    limits: {
      requestTimeoutMs: data.STEMMA_REQUEST_TIMEOUT_MS,
      maxRequestBytes: data.STEMMA_MAX_REQUEST_BYTES,
      maxResponseBytes: data.STEMMA_MAX_RESPONSE_BYTES,
      maxQueryCost: data.STEMMA_MAX_QUERY_COST,
      maxBodiesBytes: data.STEMMA_MAX_BODIES_BYTES,
      maxQueuedBytes: data.STEMMA_MAX_QUEUED_BYTES,
      headersTimeoutMs: data.STEMMA_HEADERS_TIMEOUT_MS,
      bodyTimeoutMs: data.STEMMA_BODY_TIMEOUT_MS,
      maxSockets: data.STEMMA_MAX_SOCKETS,
      maxSubscriptions: data.STEMMA_MAX_SUBSCRIPTIONS,
      stopTimeoutMs: data.STEMMA_STOP_TIMEOUT_MS,
    },
    logLevel: data.STEMMA_LOG_LEVEL,
    neo4jRestarts: data.STEMMA_NEO4J_RESTARTS,
    neo4j:
      data.NEO4J_URI === undefined
        ? null
        : {
            uri: data.NEO4J_URI,
            username: data.NEO4J_USERNAME,
            password: data.NEO4J_PASSWORD ?? '',
            database: data.NEO4J_DATABASE,
          },
    warnings: Object.keys(given).filter(isUnknown).map(unknownSetting),
  };
}

/** Names that programs other than the server read: the command line and the tests. */
function isForOthers(name: string): boolean {
  return name === 'STEMMA_URL' || name.startsWith('STEMMA_TEST_');
}

function isUnknown(name: string): boolean {
  return name.startsWith('STEMMA_') && !SETTING_NAMES.includes(name) && !isForOthers(name);
}

function unknownSetting(name: string): string {
  const names = SETTING_NAMES.filter((setting) => setting.startsWith('STEMMA_'));
  return `${name} is not a setting and has no effect; did you mean ${closest(name, names)}?`;
}
