import { cypherText } from '../../src/neo4j/cypher.js';
import { runDemo } from '../../src/cli/demo/demo.js';
import type { DemoIds } from '../../src/cli/demo/demo-scene.js';
import { newId, startKit, type Kit } from './kit.js';

/** The demo in its own project, to run queries on: its trace is demo-x, a step's id is demo-x/NAME. */
export interface DemoData {
  readonly projectId: string;
  readonly kit: Kit;
  readonly ids: DemoIds;
  /** The files run so far: `<name>.cypher`. */
  readonly asked: ReadonlySet<string>;
  /** The rows of cypher/analysis/<name>.cypher. */
  readonly rows: (name: string, parameters?: object) => Promise<any[]>;
  /** The given columns of the rows, as lists. */
  readonly table: (name: string, columns: readonly string[], parameters?: object) => Promise<unknown[][]>;
}

export async function playDemo(word: string): Promise<DemoData> {
  const projectId = newId(word);
  const asked = new Set<string>();
  const kit = await startKit({ projectId });
  const ids = await runDemo(
    { url: kit.url, ask: (query, variables) => kit.ask(query, variables) },
    { say: () => undefined, pace: 0, runId: 'x' },
  );
  const rows = async (name: string, parameters: object = {}): Promise<any[]> => {
    asked.add(`${name}.cypher`);
    return await kit.cypher(cypherText(`analysis/${name}`), { projectId, ...parameters });
  };
  return {
    projectId,
    kit,
    ids,
    asked,
    rows,
    async table(name, columns, parameters = {}) {
      const found = await rows(name, parameters);
      return found.map((row) => columns.map((column) => row[column] as unknown));
    },
  };
}
