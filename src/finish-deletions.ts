import type { Database } from './database.js';
import { finishTraceDeletions } from './delete-trace.js';
import { clearEndedGenerations } from './ended-generations.js';
import { freeReleased } from './free-content.js';

/** Clears what deletions that were cut short left behind. Call it at start. Returns how many deletions it finished. */
export async function finishDeletions(database: Database): Promise<number> {
  const finished = (await finishTraceDeletions(database)) + (await clearEndedGenerations(database));
  await freeReleased(database);
  return finished;
}
