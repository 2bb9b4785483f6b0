import { readFileSync } from 'node:fs';
import type { Runner, StatementText } from './database.js';

/** A Cypher file as a function: runs it with `parameters` and returns its rows. */
export type Statement<Parameters, Row> = (runner: Runner, parameters: Parameters) => Promise<Row[]>;

const folder = new URL('../../../cypher/', import.meta.url);

/** The statement with this text. `isWhole`: see `StatementText`. */
export function statementOf<Parameters extends object, Row>(
  name: string,
  text: string,
  isWhole?: (row: Row) => boolean,
): Statement<Parameters, Row> {
  // Comment lines and indentation are removed, so that most statements go to Neo4j in one packet. The name stays: in a transaction
  // of several statements, Neo4j's query log has no other place for it.
  const short = `/* ${name} */ ${text.replaceAll(/^ *(\/\/.*\n)?/gm, '')}`;
  const sent: StatementText<Row> = { name, text: short, ...(isWhole === undefined ? {} : { isWhole }) };
  return (runner, parameters) => runner.run(sent, parameters);
}

/**
 * The text of `cypher/<name>.cypher`. The file is read when the module that names it is loaded, so that a misspelt name stops the
 * program from starting.
 */
export function cypherText(name: string): string {
  return readFileSync(new URL(`${name}.cypher`, folder), 'utf8');
}
