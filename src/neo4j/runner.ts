import { TransactionConflictError } from '../base/errors.js';

/** Something a statement can run on: the database itself (one statement, one transaction), or an open transaction. */
export interface Runner {
  run<Row>(statement: StatementText<Row>, parameters: object): Promise<Row[]>;
}

export interface StatementText<Row> {
  /** Names the statement in Neo4j's query log and in SHOW TRANSACTIONS. */
  readonly name: string;
  readonly text: string;
  /**
   * Whether a row has every property that its node always has. Neo4j returns a node that another transaction is deleting
   * without some of them; the transaction then runs again, because a shorter page would look like the last one.
   */
  readonly isWhole?: (row: Row) => boolean;
}

/** The rows; throws a conflict if one of them is not whole. */
export function wholeRows<Row>({ name, isWhole }: StatementText<Row>, rows: Row[]): Row[] {
  if (isWhole !== undefined && !rows.every(isWhole)) {
    throw new TransactionConflictError(`${name} read a node that another transaction is deleting`);
  }
  return rows;
}

const writing = new Map<string, boolean>();

/** Whether a statement can change the graph, judged by its keywords and procedures: one that only reads has none of these. */
export function isWriting(text: string): boolean {
  let is = writing.get(text);
  if (is === undefined) {
    const statement = text.replace(/^\/\*.*?\*\//, '');
    is = /\b(CREATE|MERGE|SET|DELETE|REMOVE|DROP|FOREACH|LOAD|ALTER)\b|\bdb\.create/i.test(statement);
    if (writing.size < 1_000) {
      writing.set(text, is);
    }
  }
  return is;
}
