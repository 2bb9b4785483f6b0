import { readdirSync } from 'node:fs';
import { cypherText } from './cypher.js';

/** One numbered change of the graph's schema or data: statements that are safe to run again after a crash. */
export interface Migration {
  readonly number: number;
  /** The name of its file, without `.cypher`: `003-run-event-generations`. */
  readonly name: string;
  readonly statements: readonly string[];
}

const folder = new URL('../../../cypher/migrations/', import.meta.url);

/** The migrations of `cypher/migrations/`, in the order of their numbers, which start at 0 and have no gaps. */
export function readMigrations(): readonly Migration[] {
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith('.cypher'))
    .sort()
    .map((file) => {
      const name = file.replace('.cypher', '');
      return {
        number: Number.parseInt(name, 10),
        name,
        statements: statementsOf(cypherText(`migrations/${name}`)),
      };
    });
  const misplaced = migrations.find(({ number }, index) => number !== index);
  if (misplaced !== undefined) {
    throw new Error(
      `cypher/migrations/${misplaced.name}: expected its number to be the next after the one before`,
    );
  }
  return migrations;
}

/** The statements of a file: each ends with a semicolon at the end of a line. */
function statementsOf(text: string): readonly string[] {
  return text
    .split(/;\s*$/m)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
