/** Operations whose resolvers are still to be written. */
const pending = (): never => {
  throw new Error('not there yet');
};
const all = (names: string): Record<string, () => never> =>
  Object.fromEntries(names.split(' ').map((name) => [name, pending]));

export const checkpointQueries = all(
  'thread checkpoint latestCheckpoint checkpoints checkpointThreads checkpointTree commonCheckpoint checkpointDiff',
);
export const checkpointMutations = all(
  'putCheckpoint forkCheckpoint deleteCheckpointThread deleteCheckpointsBefore',
);
export const Thread = all('traces');
export const Checkpoint = all('lineage children');
