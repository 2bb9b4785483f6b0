import { EVENT_TYPES, appendEvent, type EventType } from '../../../domain/events/events.js';
import type {
  CustomEventResolvers,
  GoalAddedResolvers,
  GoalTreeUpdatedResolvers,
  GoalUpdatedResolvers,
  MessageAddedResolvers,
  MessageUpdatedResolvers,
  MutationResolvers,
  StepAddedResolvers,
  StepUpdatedResolvers,
  SubTraceCompletedResolvers,
  SubTraceStartedResolvers,
  SubscriptionResolvers,
  TraceCompletedResolvers,
  TraceSnapshotResolvers,
  TraceStatusChangedResolvers,
  TraceUpdatedResolvers,
} from '../generated/schema.js';
import { badInput, notFound } from '../../../base/errors.js';
import type { EventRow, GoalRow, MessageRow, TraceStatus } from '../../../model/rows.js';
import { JsonText } from '../../../base/json-text.js';
import { parseJson } from '../../../base/json.js';
import { readSnapshot, type Snapshot } from '../../../domain/traces/snapshot.js';
import type { AffectedGoal } from '../../../domain/goals/roll-up.js';
import type { PublicStats } from '../../../model/stats.js';
import { checkPosition } from '../../../model/positions.js';
import type { Followed } from '../../../live/follower.js';
import { stepOfEvent, type EventStep } from './event-step.js';
import { mapped } from './mapped.js';
import { primeLoaders } from './prime-loaders.js';

/** An event of the log, whatever its type. */
export type EventSource = EventRow;

const payloads = new WeakMap<EventRow, Record<string, unknown>>();

/** The event's payload; parsed once for all followers of the log. */
function payloadOf(event: EventRow): Record<string, unknown> {
  let payload = payloads.get(event);
  if (payload === undefined) {
    payload = parseJson(event.payload) as Record<string, unknown>;
    payloads.set(event, payload);
  }
  return payload;
}

/** A field of the payload, as the code that appends this type writes it. */
const field =
  <T>(name: string) =>
  (event: EventRow): T =>
    (payloadOf(event)[name] ?? null) as T;

const common = {
  id: ({ traceId, eventId }: EventRow) => `${encodeURIComponent(traceId)}/${eventId}`,
  payload: ({ payload }: EventRow) => new JsonText(payload),
};
const affectedGoals = field<readonly AffectedGoal[]>('affectedGoals');
const totals = field<PublicStats | null>('totals');

type PublicGoal = Omit<GoalRow, 'projectId' | 'sequence' | 'addedBy' | 'self' | 'cumulative'> & {
  readonly selfStats: PublicStats;
  readonly cumulativeStats: PublicStats;
};

function goalOf(event: EventRow, { selfStats, cumulativeStats, ...goal }: PublicGoal): GoalRow {
  return {
    ...goal,
    projectId: event.projectId,
    sequence: 0,
    addedBy: '',
    self: { ...selfStats, previewSequence: null },
    cumulative: { ...cumulativeStats, previewSequence: null },
  };
}

export const GoalAdded: GoalAddedResolvers = {
  ...common,
  goal: (event) => goalOf(event, field<PublicGoal>('goal')(event)),
  affectedGoals,
};

export const GoalUpdated: GoalUpdatedResolvers = {
  ...common,
  goalId: field('goalId'),
  patch: field('patch'),
  affectedGoals,
};

export const GoalTreeUpdated: GoalTreeUpdatedResolvers = {
  ...common,
  goals: (event) => field<PublicGoal[]>('goals')(event).map((goal) => goalOf(event, goal)),
};

export const MessageAdded: MessageAddedResolvers = {
  ...common,
  message: (event) => ({ ...field<MessageRow>('message')(event), projectId: event.projectId, digest: '' }),
  affectedGoals,
  totals,
};

export const MessageUpdated: MessageUpdatedResolvers = {
  ...common,
  messageId: field('messageId'),
  patch: field('patch'),
  async message(event, _, { loaders }) {
    const id = field<string>('messageId')(event);
    const message = await loaders.message.load(id);
    if (message === null) {
      throw notFound('message', id);
    }
    return message;
  },
  affectedGoals,
  totals,
};

export const StepAdded: StepAddedResolvers = {
  ...common,
  step: (event) => stepOfEvent(event.projectId, field<EventStep>('step')(event)),
  affectedGoals,
  totals,
};

export const StepUpdated: StepUpdatedResolvers = {
  ...common,
  stepId: field('stepId'),
  patch: field('patch'),
  async step(event, _, { loaders }) {
    const id = field<string>('stepId')(event);
    const step = await loaders.step.load(id);
    if (step === null) {
      throw notFound('step', id);
    }
    return step;
  },
  affectedGoals,
  totals,
};

export const SubTraceStarted: SubTraceStartedResolvers = {
  ...common,
  subTraceId: field('traceId'),
  subTrace: (event, _, { loaders }) => loaders.trace.load(field<string>('traceId')(event)),
  parentGoalId: field('parentGoalId'),
  agentType: field('agentType'),
  task: field('task'),
};

export const SubTraceCompleted: SubTraceCompletedResolvers = {
  ...common,
  subTraceId: field('traceId'),
  subTrace: (event, _, { loaders }) => loaders.trace.load(field<string>('traceId')(event)),
  status: field<TraceStatus>('status'),
  summary: field('summary'),
  stats: field<PublicStats>('stats'),
};

export const TraceStatusChanged: TraceStatusChangedResolvers = {
  ...common,
  status: field<TraceStatus>('status'),
  totalCost: field('totalCost'),
  totalMessages: field('totalMessages'),
};

export const TraceCompleted: TraceCompletedResolvers = { ...common, totalMessages: field('totalMessages') };

export const TraceUpdated: TraceUpdatedResolvers = { ...common, patch: field('patch') };

export const CustomEvent: CustomEventResolvers = { ...common };

export const TraceSnapshot: TraceSnapshotResolvers = {
  goalTree: ({ goals, trace }) => (goals.length === 0 ? null : { mission: trace.task, goals }),
};

type EventTypeName =
  | 'GoalAdded'
  | 'GoalUpdated'
  | 'GoalTreeUpdated'
  | 'MessageAdded'
  | 'MessageUpdated'
  | 'StepAdded'
  | 'StepUpdated'
  | 'SubTraceStarted'
  | 'SubTraceCompleted'
  | 'TraceStatusChanged'
  | 'TraceCompleted'
  | 'TraceUpdated'
  | 'CustomEvent';

const TYPE_NAMES: Readonly<Record<EventType, EventTypeName>> = {
  goal_added: 'GoalAdded',
  goal_updated: 'GoalUpdated',
  goal_tree_updated: 'GoalTreeUpdated',
  message_added: 'MessageAdded',
  message_updated: 'MessageUpdated',
  step_added: 'StepAdded',
  step_updated: 'StepUpdated',
  sub_trace_started: 'SubTraceStarted',
  sub_trace_completed: 'SubTraceCompleted',
  trace_status_changed: 'TraceStatusChanged',
  trace_completed: 'TraceCompleted',
  trace_updated: 'TraceUpdated',
};

function typeName({ type }: EventRow): EventTypeName {
  return (EVENT_TYPES as readonly string[]).includes(type) ? TYPE_NAMES[type as EventType] : 'CustomEvent';
}

export const TraceEvent = { __resolveType: typeName };

type Update = Snapshot | EventRow | { readonly __typename: 'EventGap' | 'TraceDeleted' };

export const TraceUpdate = {
  __resolveType(update: Update): string {
    if ('__typename' in update) {
      return update.__typename;
    }
    return 'currentEventId' in update ? 'TraceSnapshot' : typeName(update);
  },
};

/** A gap in a log as the API reports it. */
export function eventGap({
  requested,
  earliest,
  latest,
}: Extract<Followed<unknown>, { readonly kind: 'gap' }>): { readonly __typename: 'EventGap' } {
  return { __typename: 'EventGap', requested, earliest, latest } as { readonly __typename: 'EventGap' };
}

function updateOf(traceId: string, followed: Followed<EventRow>): Update {
  switch (followed.kind) {
    case 'event':
      return followed.event;
    case 'gap':
      return eventGap(followed);
    case 'deleted':
      return { __typename: 'TraceDeleted', traceId };
  }
}

export const eventMutations: MutationResolvers = {
  appendEvent: (_, { traceId, type, payload, idempotencyKey }, { ingest, projectId }) =>
    appendEvent(ingest, { projectId, traceId, type, payload, idempotencyKey }),
};

export const eventSubscriptions: SubscriptionResolvers = {
  traceEvents: {
    async subscribe(_, { traceId, since }, context) {
      const { projectId } = context;
      checkPosition(since, 'since');
      const snapshot = await readSnapshot(context.database, { projectId, traceId });
      if (since != null && since > snapshot.currentEventId) {
        throw badInput(
          'since',
          `expected at most ${snapshot.currentEventId}, the newest event, got ${since}`,
        );
      }
      const highWaterMark = snapshot.currentEventId;
      const follower = await context.tails.follow(
        { projectId, ownerId: traceId, generation: snapshot.trace.createdAt },
        { after: since ?? highWaterMark, highWaterMark },
      );
      primeLoaders(context.loaders, snapshot);
      const events = mapped(follower, (followed) => {
        context.renew();
        return updateOf(traceId, followed);
      });
      return startingWith<Update>(snapshot, events);
    },
    resolve: (update: Update) => update as never,
  },
};

/** `first`, then the values of `rest`; ending it ends `rest`. */
function startingWith<T>(
  first: T,
  rest: AsyncIterableIterator<T, undefined>,
): AsyncIterableIterator<T, undefined> {
  let begun = false;
  const all: AsyncIterableIterator<T, undefined> = {
    ...rest,
    next() {
      if (begun) {
        return rest.next();
      }
      begun = true;
      return Promise.resolve({ done: false, value: first });
    },
    [Symbol.asyncIterator]: () => all,
  };
  return all;
}
