import { Worker } from 'node:worker_threads';
import { StemmaError, type StemmaErrorCode } from '../../base/errors.js';
import { parseBody } from './parse-body.js';

/** A job for the worker: to parse a GraphQL request, or a WebSocket message that holds one. */
export interface BodyJob {
  readonly bytes: Uint8Array;
  readonly kind: 'request' | 'message';
}

/** The worker's answer. */
export type BodyResult =
  | { readonly body: unknown }
  | {
      readonly refused: {
        readonly code: StemmaErrorCode;
        readonly message: string;
        readonly field: string | undefined;
      };
    }
  | { readonly bug: string };

/** Parses request bodies: small ones directly, large ones in a worker thread that is started on demand. */
export interface BodyParser {
  /**
   * Returns the request or message in the bytes. JSON in a large one is returned as parcels (`prepared-json.ts`). Do not use
   * the bytes afterwards: they are transferred to the worker.
   *
   * Throws BAD_USER_INPUT if they are not JSON, PAYLOAD_TOO_LARGE if a large one takes more memory than the worker has, and the
   * signal's reason if it is aborted before the worker begins.
   */
  parse(bytes: Uint8Array, kind: BodyJob['kind'], signal?: AbortSignal): Promise<unknown>;
  /** Ends the worker; jobs that it has not answered fail. */
  close(): Promise<void>;
}

/** From this size on, parsing a body might block other requests. */
export const LARGE_BODY_BYTES = 256 * 1024;
/** A worker that is idle for this long is ended, which frees its memory. */
const IDLE_MS = 5_000;
const HEAP_MB = 384;

interface Waiting extends BodyJob {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Parses with one worker: two would take twice the memory, and the machine's other work needs its cores too. */
export function createBodyParser({
  script = new URL('./body-worker.js', import.meta.url),
  heapMb = HEAP_MB,
  idleMs = IDLE_MS,
}: { readonly script?: URL; readonly heapMb?: number; readonly idleMs?: number } = {}): BodyParser {
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let current: Waiting | undefined;
  let idle: NodeJS.Timeout | undefined;

  function startWorker(): Worker {
    const started = new Worker(script, {
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
    });
    started.unref();
    started.on('message', (result: BodyResult) => settle(started, result));
    started.on('error', (error: Error & { code?: string }) => {
      lose(
        started,
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new StemmaError(
              'PAYLOAD_TOO_LARGE',
              `expected a request that takes at most ${heapMb} MB as objects, got one that takes more; send it in parts`,
            )
          : error,
      );
    });
    started.on('exit', () => {
      lose(started, new StemmaError('UNAVAILABLE', 'the worker that parsed the request ended; try again'));
    });
    return started;
  }

  function settle(from: Worker, result: BodyResult): void {
    const job = from === worker ? current : undefined;
    current = undefined;
    if (job !== undefined) {
      if ('body' in result) {
        job.resolve(result.body);
      } else if ('refused' in result) {
        const { code, message, field } = result.refused;
        job.reject(new StemmaError(code, message, field === undefined ? {} : { field }));
      } else {
        job.reject(new Error(`in the body worker: ${result.bug}`));
      }
    }
    next();
  }

  /** Rejects the job of a worker that has ended; the next job starts a new one. */
  function lose(from: Worker, error: unknown): void {
    if (from === worker) {
      worker = undefined;
      const job = current;
      current = undefined;
      job?.reject(error);
      next();
    }
  }

  function next(): void {
    clearTimeout(idle);
    while (current === undefined) {
      const job = queue.shift();
      if (job === undefined) {
        idle = setTimeout(() => void endWorker(), idleMs);
        idle.unref();
        return;
      }
      if (job.signal?.aborted === true) {
        job.reject(job.signal.reason);
        continue;
      }
      current = job;
      worker ??= startWorker();
      const bytes = ownBytes(job.bytes);
      worker.postMessage({ bytes, kind: job.kind } satisfies BodyJob, [bytes.buffer]);
    }
  }

  async function endWorker(): Promise<void> {
    const ended = worker;
    worker = undefined;
    await ended?.terminate();
  }

  return {
    async parse(bytes, kind, signal) {
      if (bytes.length < LARGE_BODY_BYTES) {
        return parseBody(bytes);
      }
      return await new Promise((resolve, reject) => {
        queue.push({ bytes, kind, signal, resolve, reject });
        next();
      });
    },
    async close() {
      clearTimeout(idle);
      const failed = new StemmaError('UNAVAILABLE', 'the server is stopping');
      queue.splice(0).forEach(({ reject }) => reject(failed));
      current?.reject(failed);
      current = undefined;
      await endWorker();
    },
  };
}

/** The bytes in a buffer of their own, which can be transferred. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes);
}
