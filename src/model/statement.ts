import { cypherText, statementOf, type Statement } from '../neo4j/cypher.js';
import { type TableDeclaration } from './declare.js';
import { TABLES } from './tables.js';

export type { Statement } from '../neo4j/cypher.js';

const byLabel = new Map<string, TableDeclaration>(Object.values(TABLES).map((table) => [table.label, table]));

/** `{{Trace t}}` stands for the columns of the trace `t`; `{{map Trace t}}` for a map of them. */
const PLACEHOLDER = /\{\{(map )?(\w+) (\w+)\}\}/g;

/**
 * The statement in `cypher/<name>.cypher`, with the columns of rows in place of `{{Label variable}}`. A statement that returns the
 * columns of a row runs again if a row is incomplete: see `StatementText`. `isWhole` is the check for other statements.
 */
export function statement<Parameters extends object, Row>(
  name: string,
  isWhole?: (row: NoInfer<Row>) => boolean,
): Statement<Parameters, Row> {
  const { text, returned } = expand(name);
  const check = isWhole ?? (returned && (whole(returned) as (row: Row) => boolean));
  return statementOf<Parameters, Row>(name, text, check);
}

/** The text of `cypher/<name>.cypher` as it is sent. */
export function expandedText(name: string): string {
  return expand(name).text;
}

/** The check that a row has every column that its node always has. */
export function whole({ columns }: TableDeclaration): (row: object | null) => boolean {
  const names = Object.keys(columns).filter((name) => columns[name]?.presence === 'always');
  return (row) =>
    row !== null && names.every((name) => (row as { readonly [name: string]: unknown })[name] != null);
}

/** The check for a statement whose columns are never null, except while Neo4j deletes the node they are read from. */
export function isComplete(row: object): boolean {
  return Object.values(row).every((value) => value !== null);
}

function expand(name: string): { readonly text: string; readonly returned: TableDeclaration | undefined } {
  let returned: TableDeclaration | undefined;
  const text = cypherText(name).replaceAll(
    PLACEHOLDER,
    (_, map: string | undefined, label: string, variable: string) => {
      const table = byLabel.get(label);
      if (table === undefined) {
        throw new Error(`${name}.cypher: expected the label of a table in model/tables.ts, got ${label}`);
      }
      returned = map === undefined ? table : returned;
      const columns = Object.entries(table.columns).filter(([, { presence }]) => presence !== 'payload');
      return map === undefined
        ? columns.map(([column, { property = column }]) => `${variable}.${property} AS ${column}`).join(', ')
        : `${variable} {${columns
            .map(([column, { property }]) =>
              property === undefined ? `.${column}` : `${column}: ${variable}.${property}`,
            )
            .join(', ')}}`;
    },
  );
  return { text, returned };
}

/** A row's columns as its node's properties. */
export function toProperties({ columns }: TableDeclaration, row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [columns[name]?.property ?? name, value]),
  );
}
