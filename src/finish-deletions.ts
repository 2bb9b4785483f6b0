import type { Database } from './database.js';
import { finishTraceDeletions } from './delete-trace.js';
import { clearEndedGenerations } from './ended-generations.js';

/** Clears what deletions that were cut short left behind. Call it at start. Returns how many deletions it finished. */
export async function finishDeletions(database: Database): Promise<number> {
  return (await finishTraceDeletions(database)) + (await clearEndedGenerations(database));
}
