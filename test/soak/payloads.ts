import { hashOf } from './random.js';

// Every payload is derived from its id, so that the checks know what must be stored without keeping it.

const WORDS =
  'trace step goal message event thread run checkpoint agent model tool plan search read write fix test'.split(
    ' ',
  );

/** A text that begins with the id; 20 to 600 characters, or as many as given. */
export function textOf(id: string, length = 20 + (hashOf(id) % 580)): string {
  const parts = [id];
  let hash = hashOf(id);
  for (let size = id.length; size < length; size += (parts.at(-1)?.length ?? 0) + 1) {
    hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995) >>> 0;
    parts.push(hash % 3 === 0 ? hash.toString(36) : (WORDS[hash % WORDS.length] ?? ''));
  }
  return parts.join(' ');
}

/** A text of many bytes that is cheap to make: one line, repeated after the id. */
export function largeTextOf(id: string, sizeBytes: number): string {
  const line = `${textOf(id, 1_000)}\n`;
  return (
    id +
    '\n' +
    line.repeat(Math.ceil(sizeBytes / line.length)).slice(0, Math.max(0, sizeBytes - id.length - 1))
  );
}

/** The message of a checkpoint's list that this key names. */
export function listMessageOf(key: string): object {
  return { role: hashOf(key) % 2 === 0 ? 'user' : 'assistant', content: textOf(key) };
}

/** The data of a step; a prompt grows with the steps of its trace. */
export function stepDataOf(
  traceId: string,
  number: number,
): { readonly type: string; readonly data: Record<string, unknown> } {
  const id = `${traceId}/s${number}`;
  switch (number % 5) {
    case 0: {
      const messages = Array.from({ length: 1 + Math.min(number, 40) }, (_, index) =>
        listMessageOf(`${traceId}/p${index}`),
      );
      return {
        type: 'LLM_CALL',
        data: { messages, model: 'soak-1', prompt_tokens: 10 + number, completion_tokens: 5, cost: 0.000_1 },
      };
    }
    case 1:
      return { type: 'TOOL_CALL', data: { tool_name: 'search', arguments: { query: textOf(id, 80) } } };
    case 2:
      return { type: 'TOOL_RESULT', data: { result: textOf(id), duration_ms: number } };
    case 3:
      return { type: 'CONCLUSION', data: { content: textOf(id), is_final: false } };
    default:
      return {
        type: 'MEMORY_WRITE',
        data: { experience_id: `e${number}`, condition: textOf(id, 60), rule: 'keep' },
      };
  }
}

/** What checkpoint `number` of a thread holds in its given version. */
export function checkpointOf(
  threadId: string,
  seed: readonly string[],
  number: number,
  version: number,
): { readonly messages: object[]; readonly state: object } {
  const own = Array.from({ length: number }, (_, index) => `${threadId}/l${index + 1}`);
  return {
    messages: [...seed, ...own].map(listMessageOf),
    state: { version, at: `${threadId}/c${number}`, plan: textOf(`${threadId}/plan${number % 4}`, 300) },
  };
}
