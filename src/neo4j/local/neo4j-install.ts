import { execFile, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchProgress, type PresentFile } from './fetch-progress.js';
import { logTail, noLocalNeo4j } from './no-local-neo4j.js';
import { takeLock, type ProcessLock } from './process-lock.js';

/** This package's folder with the files for fetching and starting Neo4j: `pom.xml`, `neo4j.conf`, `jvm.args`. */
export const neo4jFolder = fileURLToPath(new URL('../../../../neo4j/', import.meta.url));

/** A Java installation and the jars of a Neo4j that it can run. */
export interface Neo4jInstall {
  readonly version: string;
  /** The path of `java`. */
  readonly java: string;
  /** For `java -cp`. */
  readonly classPath: string;
}

export interface InstallOptions {
  /** Holds `lib-<version>`; processes and data folders may share it. */
  readonly installDir: string;
  /** Receives Maven's output. */
  readonly logFile: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Finds Java, and fetches the jars with Maven if they are missing. Either all jars are there or none: an interrupted fetch
 * starts over the next time, and if several processes start at once, one fetches and the others wait for it.
 *
 * Throws UNAVAILABLE, with possible solutions, if Java or Maven is missing or Maven fails.
 */
export async function installNeo4j(options: InstallOptions): Promise<Neo4jInstall> {
  const version = pinnedVersion();
  const lib = join(options.installDir, `lib-${version}`);
  const isFetched = existsSync(lib);
  const { java, found } = await findJava(options.environment);
  const maven = isFetched ? undefined : await findProgram('mvn', options.environment);
  const missing = [
    ...(java === undefined ? [`Java 17 or 21 (JAVA_HOME and PATH have ${found})`] : []),
    ...(maven === undefined && !isFetched ? ['Maven to download it (PATH has no mvn)'] : []),
  ];
  if (java === undefined || missing.length > 0) {
    throw noLocalNeo4j(`the local Neo4j ${version} needs ${missing.join(' and ')}.`, [
      'on Debian or Ubuntu: apt-get install openjdk-17-jre-headless maven',
      'on macOS: brew install openjdk@21 maven, and set JAVA_HOME to what brew --prefix openjdk@21 prints',
    ]);
  }
  if (maven !== undefined) {
    await fetchJars({ ...options, version, lib, maven, javaHome: java.home });
  }
  return { version, java: join(java.home, 'bin', 'java'), classPath: join(lib, '*') };
}

function pinnedVersion(): string {
  const pom = join(neo4jFolder, 'pom.xml');
  const version = /<neo4j\.version>([^<]+)</.exec(readFileSync(pom, 'utf8'))?.[1];
  if (version === undefined) {
    throw new Error(`expected <neo4j.version> in ${pom}`);
  }
  return version;
}

interface Java {
  readonly home: string;
  readonly major: number;
}

/**
 * The first Java of version 17 or later, from JAVA_HOME, then from PATH. Neo4j 5.26 is made for 17 and 21, and also runs
 * on 25.
 */
async function findJava(
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly java: Java | undefined; readonly found: string }> {
  const javaHome = environment['JAVA_HOME'];
  const paths = [
    ...(javaHome === undefined || javaHome === '' ? [] : [join(javaHome, 'bin', 'java')]),
    ...[await findProgram('java', environment)].filter((path) => path !== undefined),
  ];
  const javas = (await Promise.all(paths.map((path) => describeJava(path, environment)))).filter(
    (java) => java !== undefined,
  );
  const found = javas.map(({ home, major }) => `Java ${major} in ${home}`).join(', ');
  return { java: javas.find(({ major }) => major >= 17), found: found === '' ? 'no Java' : found };
}

/** Asks Java for its home: `java` on the PATH may be a script that starts another process, which signals would not reach. */
async function describeJava(path: string, environment: NodeJS.ProcessEnv): Promise<Java | undefined> {
  try {
    const options = { env: environment, timeout: 20_000 };
    const { stderr } = await promisify(execFile)(path, ['-XshowSettings:properties', '-version'], options);
    const home = /^\s*java\.home = (.+)$/m.exec(stderr)?.[1];
    const major = /^\s*java\.specification\.version = (\d+)/m.exec(stderr)?.[1];
    return home === undefined || major === undefined ? undefined : { home, major: Number(major) };
  } catch {
    return undefined;
  }
}

async function findProgram(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

interface FetchOptions extends InstallOptions {
  readonly version: string;
  readonly lib: string;
  readonly maven: string;
  readonly javaHome: string;
}

async function fetchJars(options: FetchOptions): Promise<void> {
  const { installDir, lib, version, report } = options;
  await mkdir(installDir, { recursive: true });
  const lock = await waitForLock(options);
  let partial: string | undefined;
  try {
    if (existsSync(lib)) {
      return;
    }
    report(`Fetching Neo4j ${version} with Maven, this once: about 125 MB, into ${lib}`);
    const startedAt = performance.now();
    await removePartial(installDir);
    partial = await mkdtemp(`${lib}.partial-`);
    await runMaven(options, partial);
    await rename(partial, lib);
    const progress = fetchProgress({ log: readFileSync(options.logFile, 'utf8'), present: filesIn(lib) });
    report(`Fetched Neo4j ${version}: ${progress} in ${secondsSince(startedAt)} s`);
  } finally {
    if (partial !== undefined) {
      await rm(partial, { recursive: true, force: true });
    }
    await lock.release();
  }
}

/** Removes what killed fetches left behind. The caller must have the lock. */
async function removePartial(installDir: string): Promise<void> {
  for (const name of (await readdir(installDir)).filter((entry) => /^lib-.*\.partial-/.test(entry))) {
    await rm(join(installDir, name), { recursive: true, force: true });
  }
}

async function waitForLock({ installDir, report, signal }: FetchOptions): Promise<ProcessLock> {
  for (let waiting = false; ; waiting = true) {
    const lock = await takeLock(join(installDir, 'install-lock'));
    if ('release' in lock) {
      return lock;
    }
    if (!waiting) {
      report(`Waiting for process ${lock.ownedBy}, which is fetching Neo4j`);
    }
    await delay(200, undefined, { signal });
  }
}

async function runMaven(options: FetchOptions, outputDirectory: string): Promise<void> {
  const { environment, javaHome, logFile, maven, report, signal, version } = options;
  const startedAt = performance.now();
  const log = openSync(logFile, 'w');
  const child = spawn(
    maven,
    [
      '--batch-mode',
      // Otherwise Maven only warns about a jar that was damaged in transit.
      '--strict-checksums',
      'org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies',
      `-DoutputDirectory=${outputDirectory}`,
    ],
    // detached: a Ctrl-C reaches Maven through `signal`, so that it is not mistaken for a Maven failure.
    {
      cwd: neo4jFolder,
      env: { ...environment, JAVA_HOME: javaHome },
      detached: true,
      signal,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, killedBy) => resolve(killedBy ?? `exit code ${String(code)}`));
    // An abort is also an error, but occurs before the exit.
    child.on('error', (error) => child.pid === undefined && resolve(error.message));
  });
  const progress = setInterval(() => {
    const soFar = fetchProgress({ log: readFileSync(logFile, 'utf8'), present: filesIn(outputDirectory) });
    report(`Fetching Neo4j ${version}: ${soFar} after ${secondsSince(startedAt)} s`);
  }, 3000);
  const how = await ended;
  clearInterval(progress);
  signal?.throwIfAborted();
  if (how !== 'exit code 0') {
    throw noLocalNeo4j(`Maven could not fetch Neo4j ${version} (${how}). ${logTail(logFile)}`, [
      'make sure that Maven can reach its repository, and start again',
    ]);
  }
}

function filesIn(folder: string): PresentFile[] {
  return readdirSync(folder).map((name) => ({ name, sizeBytes: statSync(join(folder, name)).size }));
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}
