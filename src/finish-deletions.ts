import { collectReleased } from './content/collect-chunks.js';
import { clearEndedGenerations } from './domain/run-events/ended-generations.js';
import { finishTraceDeletions } from './domain/traces/delete-trace.js';
import type { Database } from './neo4j/database.js';

/** Clears what interrupted deletions left behind. Call it at startup. Returns how many deletions it finished. */
export async function finishDeletions(database: Database): Promise<number> {
  const finished = (await finishTraceDeletions(database)) + (await clearEndedGenerations(database));
  await collectReleased(database);
  return finished;
}
