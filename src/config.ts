import { z } from 'zod';
import { isLoopback } from './access.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';

/** Everything that can be set, from environment variables; see `.env.example` for what each does. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly allowOpen: boolean;
  readonly allowedHosts: readonly string[];
  readonly limits: Limits;
  readonly logLevel: string;
  /** How often a local Neo4j that ends by itself is restarted within 10 minutes. */
  readonly neo4jRestarts: number;
  /** Null: run a local Neo4j. */
  readonly neo4j: {
    readonly uri: string;
    readonly username: string;
    readonly password: string;
    readonly database: string | undefined;
  } | null;
}

/** Every setting that is wrong, in one message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(mistakes: readonly string[]) {
    super(`settings to mend:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
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

const MB = 1024 * 1024;
const milliseconds = (fallback: number): z.ZodType<number> => whole(100, 3_600_000, fallback);
const bytes = (fallback: number): z.ZodType<number> => whole(1024, 16 * 1024 * MB, fallback);

const SETTINGS = z.object({
  STEMMA_HOST: z.string().default('127.0.0.1'),
  STEMMA_PORT: whole(0, 65_535, 4000),
  STEMMA_DATA_DIR: z.string().default('.stemma'),
  STEMMA_ALLOW_OPEN: z.enum(['true', 'false'], { error: 'true or false' }).default('false'),
  STEMMA_ALLOWED_HOSTS: z.string().default(''),
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
 * The settings in `environment`, empty ones as if absent.
 *
 * Throws a ConfigError that lists every mistake: values that are not what is expected, names that are not known.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const mistakes = Object.keys(given)
    .filter((name) => name.startsWith('STEMMA_') && !SETTING_NAMES.includes(name))
    // The command line's and the tests' own.
    .filter((name) => name !== 'STEMMA_URL' && !name.startsWith('STEMMA_TEST_'))
    .map((name) => `${name}: there is no such setting; there are ${SETTING_NAMES.join(', ')}`);
  const parsed = SETTINGS.safeParse(given);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const name = String(path[0]);
    mistakes.push(`${name}: expected ${message}, got ${JSON.stringify(given[name])}`);
  }
  const { data } = parsed;
  if (data !== undefined) {
    if (data.NEO4J_URI !== undefined && data.NEO4J_PASSWORD === undefined) {
      mistakes.push('NEO4J_PASSWORD: expected a password, as NEO4J_URI is set, got none');
    }
    if (!isLoopback(data.STEMMA_HOST) && data.STEMMA_ALLOW_OPEN !== 'true') {
      mistakes.push(
        `STEMMA_HOST: expected a loopback address (127.0.0.1, localhost, ::1), got ${JSON.stringify(data.STEMMA_HOST)}; ` +
          'the server has no keys, so whoever reaches it can read and write everything: set STEMMA_ALLOW_OPEN=true to allow that',
      );
    }
  }
  if (data === undefined || mistakes.length > 0) {
    throw new ConfigError(mistakes);
  }
  return {
    host: data.STEMMA_HOST,
    port: data.STEMMA_PORT,
    dataDir: data.STEMMA_DATA_DIR,
    allowOpen: data.STEMMA_ALLOW_OPEN === 'true',
    allowedHosts: data.STEMMA_ALLOWED_HOSTS.split(',')
      .map((host) => host.trim())
      .filter((host) => host !== ''),
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
  };
}
