/** The properties of the keys besides the project, by label. */
const KEYS = {
  Checkpoint: ['id'],
  CheckpointLock: ['id'],
  Content: ['id'],
  Deleting: ['id'],
  EndedGeneration: ['threadId', 'generation'],
  Event: ['traceId', 'eventId'],
  Goal: ['traceId', 'goalId'],
  Health: ['id'],
  Message: ['id'],
  Released: ['id'],
  Run: ['threadId', 'generation', 'id'],
  RunEvent: ['threadId', 'generation', 'seq'],
  Step: ['id'],
  Thread: ['id'],
  Trace: ['id'],
};

/** The labels of the nodes that belong to a project. */
export const PROJECT_LABELS = Object.keys(KEYS);

/** Cypher that finds every node `n` of the project `$projectId` by its keys, without reading those of other projects. */
export const MATCH_PROJECT_NODES = `CALL () {
  ${Object.entries(KEYS)
    .map(
      ([label, key]) =>
        `MATCH (n:${label}) WHERE n.projectId = $projectId AND ${key.map((name) => `n.${name} IS NOT NULL`).join(' AND ')} RETURN n`,
    )
    .join('\n  UNION ALL ')}
}`;
