import type { GoalNode, MessageNode, StepNode } from './row-mapping.js';
import type { CheckpointRow, EventRow, TraceRow } from './rows.js';

/**
 * A node that another transaction is deleting comes back from Neo4j without some or all of its properties. These checks tell
 * whether a row has every property that its node always has; a statement that is given one is run again if a row fails it.
 */
export type IsWhole<Row> = (row: Row) => boolean;

/** The check for rows that have all of `names`. */
export function whole<Row>(...names: readonly (keyof Row)[]): IsWhole<Row> {
  return (row) => names.every((name) => row[name] != null);
}

export const isWholeTrace = whole<TraceRow>(
  'projectId',
  'id',
  'mode',
  'status',
  'totalSteps',
  'lastStepSequence',
  'lastMessageSequence',
  'lastGoalNumber',
  'lastEventId',
  'createdAt',
  'listKey',
  'digest',
  'messageCount',
  'promptTokens',
  'completionTokens',
  'totalTokens',
  'totalCost',
);

export const isWholeStep = whole<StepNode>(
  'projectId',
  'id',
  'traceId',
  'sequence',
  'type',
  'parentIds',
  'createdAt',
  'digest',
);

export const isWholeGoal = whole<GoalNode>(
  'projectId',
  'traceId',
  'goalId',
  'description',
  'type',
  'status',
  'order',
  'createdAt',
  'addedBy',
  'selfMessageCount',
  'selfPromptTokens',
  'selfCompletionTokens',
  'selfTotalTokens',
  'selfTotalCost',
  'cumulativeMessageCount',
  'cumulativePromptTokens',
  'cumulativeCompletionTokens',
  'cumulativeTotalTokens',
  'cumulativeTotalCost',
);

export const isWholeMessage = whole<MessageNode>(
  'projectId',
  'id',
  'traceId',
  'sequence',
  'role',
  'createdAt',
  'digest',
);

export const isWholeEvent = whole<EventRow>('projectId', 'traceId', 'eventId', 'type', 'at', 'payload');

export const isWholeCheckpoint = whole<CheckpointRow>(
  'projectId',
  'id',
  'threadId',
  'step',
  'createdAt',
  'tags',
  'summary',
  'nextNode',
  'messageCount',
  'write',
  'writtenAt',
  'listKey',
  'digest',
);
