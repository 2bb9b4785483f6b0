import assert from 'node:assert/strict';
import { cypherText } from '../../src/neo4j/cypher.js';
import { newId, type Kit } from './kit.js';
import { MATCH_PROJECT_NODES } from './project-nodes.js';
import { postRaw } from './writes.js';

// The checkpoint operations that several tests start with, and reads of their results in Neo4j.

export const METADATA = 'metadata { threadId checkpointId step parentCheckpointId createdAt tags summary }';
/** A checkpoint without its content. */
export const HEAD = `id ${METADATA} messageCount nextNode writtenAt`;
/** A checkpoint with all its content. */
export const WHOLE = `${HEAD} messages state toolsResult`;

export const PUT = `mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { ${WHOLE} } }`;
export const FORK = `mutation ($id: ID!, $threadId: ID, $checkpointId: ID) {
  forkCheckpoint(id: $id, threadId: $threadId, checkpointId: $checkpointId) { ${WHOLE} } }`;
export const READ = `query ($id: ID!) { checkpoint(id: $id) { ${WHOLE} } }`;
export const DELETE_THREAD = 'mutation ($threadId: ID!) { deleteCheckpointThread(threadId: $threadId) }';
export const DELETE_BEFORE = `mutation ($threadId: ID!, $beforeStep: Long!) {
  deleteCheckpointsBefore(threadId: $threadId, beforeStep: $beforeStep) }`;

/** Anything that accepts operations: a kit, or a server in its own process. */
export type Server = Pick<Kit, 'send'>;

/** Sends an operation that must succeed, and returns its data. */
export async function askOf(server: Server, query: string, variables: object): Promise<any> {
  const { data, errors } = await server.send(query, variables);
  assert.deepEqual(errors, undefined, JSON.stringify(variables).slice(0, 500));
  return data;
}

/** Writes a checkpoint; `metadata` names its thread and its step, `rest` is its content. */
export async function put(server: Server, metadata: object, rest: object = {}): Promise<any> {
  return (await askOf(server, PUT, { input: { metadata, ...rest } })).putCheckpoint;
}

export async function fork(
  server: Server,
  variables: { readonly id: string; readonly threadId?: string; readonly checkpointId?: string },
): Promise<any> {
  return (await askOf(server, FORK, variables)).forkCheckpoint;
}

/** The checkpoint with all its content; null if there is none. */
export async function read(server: Server, id: string): Promise<any> {
  return (await askOf(server, READ, { id })).checkpoint;
}

/** Returns how many were deleted. */
export async function deleteThread(server: Server, threadId: string): Promise<number> {
  return (await askOf(server, DELETE_THREAD, { threadId })).deleteCheckpointThread;
}

/** Returns how many were deleted. */
export async function deleteBefore(server: Server, threadId: string, beforeStep: number): Promise<number> {
  return (await askOf(server, DELETE_BEFORE, { threadId, beforeStep })).deleteCheckpointsBefore;
}

/** The ids of a thread's checkpoints in the order of the list. */
export async function idsOfThread(server: Server, threadId: string, part: object = {}): Promise<string[]> {
  const { checkpoints } = await askOf(
    server,
    'query ($threadId: ID!, $limit: Int, $offset: Int) { checkpoints(threadId: $threadId, limit: $limit, offset: $offset) { id } }',
    { threadId, ...part },
  );
  return checkpoints.map(({ id }: any) => id);
}

export async function latestId(server: Server, threadId: string): Promise<string | null> {
  const query = 'query ($threadId: ID!) { latestCheckpoint(threadId: $threadId) { id } }';
  return (await askOf(server, query, { threadId })).latestCheckpoint?.id ?? null;
}

/** How many nodes a project has, by label; labels without nodes are left out. */
export async function nodesOf(kit: Kit, projectId: string): Promise<Record<string, number>> {
  const rows = await kit.cypher(
    `${MATCH_PROJECT_NODES} RETURN labels(n)[0] AS label, count(*) AS nodes ORDER BY label`,
    { projectId },
  );
  return Object.fromEntries(rows.map(({ label, nodes }) => [label, nodes]));
}

/** How many chunks of content a project has. */
export async function contentOf(kit: Kit, projectId: string): Promise<number> {
  return (await nodesOf(kit, projectId))['Content'] ?? 0;
}

/** Everything that a project has in Neo4j, including edges and times but not locks: equal as long as nothing is written. */
export async function everything(kit: Kit, projectId: string): Promise<unknown> {
  return await kit.cypher(
    `${MATCH_PROJECT_NODES}
    WITH n, COLLECT { MATCH (n)-[r]->(m) RETURN type(r) + ' ' + elementId(m) + coalesce(r.key, '') } AS edges
    UNWIND CASE WHEN size(edges) = 0 THEN [''] ELSE edges END AS edge
    WITH n, edge ORDER BY edge
    RETURN elementId(n) AS id, n {.*, locked: null} AS properties, collect(edge) AS edges ORDER BY id`,
    { projectId },
  );
}

/** Fails unless the content of a project is complete and all of it is referenced. */
export async function checkContent(kit: Kit, projectId: string): Promise<void> {
  assert.deepEqual(await kit.cypher(cypherText('analysis/check-content'), { projectId }), []);
}

/** Sends an operation with its variables as text, and returns the answer as text, so that nothing is lost in parsing. */
export async function sendExactly(kit: Kit, query: string, variables: string): Promise<string> {
  const { text, answer } = await postRaw(kit, `{"query":${JSON.stringify(query)},"variables":${variables}}`);
  assert.deepEqual(answer.errors, undefined, text.slice(0, 500));
  return text;
}

/** Writes checkpoints `word/NAME`, each given as thread, name and parent name; returns the word. */
export async function branches(
  server: Server,
  ...rows: readonly (readonly [string, string, string?])[]
): Promise<string> {
  const word = newId('tree');
  for (const [step, [thread, name, parent]] of rows.entries()) {
    const parentCheckpointId = parent === undefined ? null : `${word}/${parent}`;
    await put(server, {
      threadId: `${word}/${thread}`,
      checkpointId: `${word}/${name}`,
      step,
      parentCheckpointId,
    });
  }
  return word;
}
