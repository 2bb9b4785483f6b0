import assert from 'node:assert/strict';
import { cypherText } from '../src/neo4j/cypher.js';
import type { Database } from '../src/neo4j/database.js';
import { deleteTrace } from '../src/domain/traces/delete-trace.js';
import { createIngest } from '../src/ingest/group-commit.js';
import { addFamily, addLandmark, LANDMARKS, nameOf } from './family.js';

const SAMPLE = 100;
const CHECKS = ['check-edges', 'check-goal-stats', 'check-trace'];
/** Random values and times: everything else must be the same. */
const PASSING = ['createdAt', 'completedAt', 'at', 'listKey', 'changedAtMs', 'addedBy', 'projectId'];

const NODES = `MATCH (t:Trace) WHERE t.projectId = $projectId AND t.id IN $ids
CALL (t) {
  RETURN t AS n
  UNION ALL
  MATCH (n:Goal) WHERE n.projectId = t.projectId AND n.traceId = t.id AND n.goalId IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:Step) WHERE n.projectId = t.projectId AND n.traceId = t.id AND n.sequence > 0 RETURN n
  UNION ALL
  MATCH (s:Step)-[:MESSAGES]->(:Content)-[:AFTER*0..]->(n:Content)
  WHERE s.projectId = t.projectId AND s.traceId = t.id AND s.sequence > 0
  RETURN n
  UNION ALL
  MATCH (n:Message) WHERE n.projectId = t.projectId AND n.traceId = t.id AND n.sequence > 0 RETURN n
  UNION ALL
  MATCH (n:Event) WHERE n.projectId = t.projectId AND n.traceId = t.id AND n.eventId > 0 RETURN n
}
RETURN
  labels(n) AS labels,
  properties(n) AS properties,
  [(n)-[edge]->(other) | [type(edge), labels(other)[0], coalesce(other.id, other.traceId + other.goalId)]] AS edges`;

/**
 * Throws unless the sampled traces pass the recounts of `cypher/analysis/`, and the first family and a landmark equal, node by
 * node and edge by edge, what the server's write path creates for the same calls.
 */
export async function checkFilled(
  database: Database,
  { traces, seed }: { readonly traces: number; readonly seed: number },
): Promise<void> {
  const every = Math.max(1, Math.floor(traces / SAMPLE));
  const sample = Array.from({ length: Math.floor(traces / every) }, (_, index) => nameOf(index * every));
  for (const name of CHECKS) {
    const text = cypherText(`analysis/${name}`);
    for (const traceId of [...LANDMARKS, ...sample]) {
      const rows = await database.run({ name, text }, { projectId: 'default', traceId });
      assert.deepEqual(rows, [], `${name} of ${traceId}`);
    }
  }
  await compareWithWritten(database, seed);
}

/** Has the server's own write path create the imported data in another project, compares, and deletes it again. */
async function compareWithWritten(database: Database, seed: number): Promise<void> {
  const ingest = createIngest(database);
  const target = { ingest, projectId: 'filled-check' };
  const [landmark] = LANDMARKS;
  await addFamily(target, { seed, index: 0 });
  await addLandmark(target, landmark);
  const ids = [nameOf(0), nameOf(1), landmark];
  const imported = new Set(await nodesOf(database, { projectId: 'default', ids }));
  const written = new Set(await nodesOf(database, { projectId: 'filled-check', ids }));
  assert.equal(
    [...imported].find((node) => !written.has(node)),
    undefined,
    'imported, and never written so',
  );
  assert.equal(
    [...written].find((node) => !imported.has(node)),
    undefined,
    'written, and not imported',
  );
  for (const id of [nameOf(0), landmark]) {
    await deleteTrace(database, {
      projectId: 'filled-check',
      id,
      includeSubTraces: true,
      onDeleted: () => undefined,
      finishLater: () => undefined,
    });
  }
}

/** Nodes as sorted texts, so that their order does not matter; all times are made the same. */
async function nodesOf(
  database: Database,
  keys: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<string[]> {
  const rows = await database.run<{
    readonly labels: readonly string[];
    readonly properties: Readonly<Record<string, unknown>>;
    readonly edges: readonly (readonly string[])[];
  }>({ name: 'nodes', text: NODES }, keys);
  return rows
    .map(({ labels, properties, edges }) => {
      const kept = Object.entries(properties).filter(([name]) => !PASSING.includes(name));
      return JSON.stringify([labels, kept.sort(), edges.map(String).sort()]);
    })
    .map((text) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'))
    .sort();
}
