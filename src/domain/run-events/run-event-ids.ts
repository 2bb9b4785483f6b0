import { badInput } from '../../base/errors.js';
import type { RunEventRow } from '../../model/rows.js';
import { shown } from '../../base/json.js';

/** What a run event's id names: the thread, its log generation, and the event's number in that. */
export type RunEventPlace = Pick<RunEventRow, 'threadId' | 'generation' | 'seq'>;

/** The id of a run event in the API. Clients treat it as opaque. */
export function runEventId({ threadId, generation, seq }: RunEventPlace): string {
  return `${encodeURIComponent(threadId)}/${generation}/${seq}`;
}

/** Parses the id of a run event. Throws BAD_USER_INPUT naming `field` if it is not one. */
export function parseRunEventId(id: string, field: string): RunEventPlace {
  const [, thread = '', generation = '', seq = ''] =
    /^([^/]+)\/([\w-]{1,100})\/([1-9]\d{0,15})$/.exec(id) ?? [];
  const threadId = decoded(thread);
  if (threadId === '') {
    throw badInput(field, `expected the id of a run event, got ${shown(id)}`);
  }
  return { threadId, generation, seq: Number(seq) };
}

/** Empty if it is not what `encodeURIComponent` returns. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
