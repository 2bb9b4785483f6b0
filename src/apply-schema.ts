import { readdirSync } from 'node:fs';
import { cypherText } from './cypher.js';
import type { Database } from './database.js';

const folder = new URL('../../cypher/schema/', import.meta.url);

/** Applies the constraints and indexes of `cypher/schema/`, in the order of their numbers; what is there stays. */
export async function applySchema(database: Database): Promise<void> {
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.cypher'))
    .sort()) {
    const name = `schema/${file.replace('.cypher', '')}`;
    for (const text of cypherText(name)
      .split(/;\s*$/m)
      .map((part) => part.trim())
      .filter((part) => part !== '')) {
      await database.run({ name, text }, {});
    }
  }
  await database.run({ name: 'schema/await', text: cypherText('schema-ready') }, {});
}
