import { type IdKey, keyOf } from '../../model/keys.js';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { statement } from '../../model/statement.js';
import { notFound } from '../../base/errors.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';
import { recount, statsChanges } from '../goals/goal-tree.js';
import type { GoalRow, MessageRow, Stats } from '../../model/rows.js';
import { checkId } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { stringifyJson } from '../../base/json-text.js';
import { checkRole, checkUsedOnce, contentOf, type MessageChanges } from './messages.js';
import { withOriginals } from '../../model/originals.js';
import { instantOf, shownInstant } from '../../model/times.js';
import { addUsage, previewOf, publicStats, showNewest, usageOf, USAGE_NAMES } from '../../model/stats.js';
import { affectedGoals, rollUp, type AffectedGoal } from '../goals/roll-up.js';
import { checkAmount, checkCount } from '../../model/usage.js';

const ONE = { messageCount: 1 };
const readTraceIds = statement<{ messages: readonly IdKey[] }, { traceId: string }>('messages/read-traces');

/**
 * Changes a message (`message_updated`), and the stats that depend on its usage, goal and text. Values equal to the stored
 * ones are not changes. Throws NOT_FOUND if there is no such message.
 */
export async function updateMessage(
  ingest: Ingest,
  {
    projectId,
    id,
    changes,
  }: { readonly projectId: string; readonly id: string; readonly changes: MessageChanges },
): Promise<MessageRow> {
  const key = { projectId, id: checkId(id, 'id') };
  const given = checkChanges(changes);
  // A message never moves to another trace, so the trace can be read before its lock is taken.
  const traceId =
    ingest.pending?.traceOfMessage(id) ??
    (await readTraceIds(ingest.database, { messages: [key] }))[0]?.traceId;
  if (traceId === undefined) {
    throw notFound('message', id);
  }
  const moves = given.goalId !== undefined;
  return await ingest.submit({
    traces: [{ projectId, id: traceId }],
    needs: { messageContents: [key], trees: moves ? [{ projectId, id: traceId }] : [] },
    more: (unit) => {
      const goalId = unit.messages.get(keyOf(projectId, id))?.goalId ?? null;
      return goalId === null
        ? {}
        : {
            goals: [{ projectId, traceId, goalId }],
            newest: moves ? [{ projectId, traceId, goalId, exceptId: id }] : [],
          };
    },
    // The newest message of the goal it leaves is read from the database, not from the unit of work.
    exclusive: moves,
    cost: 3,
    sizeBytes: stringifyJson(given).length,
    apply(unit) {
      const before = unit.messages.get(keyOf(projectId, id));
      if (before === undefined) {
        throw notFound('message', id);
      }
      const patch = Object.fromEntries(
        Object.entries(given).filter(([name, value]) => !equalJson(before[name as keyof MessageRow], value)),
      ) as Partial<MessageRow>;
      if (Object.keys(patch).length === 0) {
        return before;
      }
      const after = { ...before, ...patch, original: withOriginals(before, patch) };
      checkUsedOnce(after, 'input');
      checkGoalOfTrace(unit, after, 'input.goalId');
      unit.messages.put(after);
      const affected =
        before.goalId === after.goalId ? rollUpAgain(unit, before, after) : moveMessage(unit, before, after);
      unit.append(projectId, traceId, 'message_updated', {
        messageId: id,
        patch: shownTimes(patch),
        affectedGoals: affected,
        totals: publicStats(unit.trace(projectId, traceId)),
      });
      return after;
    },
  });
}

/** Changes as events show them. */
function shownTimes(patch: Partial<MessageRow>): Partial<MessageRow> {
  return {
    ...patch,
    ...(patch.startedAt === undefined ? {} : { startedAt: shownInstant(patch.startedAt) }),
    ...(patch.endedAt === undefined ? {} : { endedAt: shownInstant(patch.endedAt) }),
  };
}

function checkChanges(changes: MessageChanges): Partial<MessageRow> {
  const given: Partial<MessageRow> = {
    ...changes,
    ...(changes.content === undefined ? {} : { content: contentOf(changes.content) }),
    ...(changes.role === undefined ? {} : { role: checkRole(changes.role, 'input.role') }),
    promptTokens: checkCount(changes.promptTokens, 'input.promptTokens'),
    completionTokens: checkCount(changes.completionTokens, 'input.completionTokens'),
    cacheReadTokens: checkCount(changes.cacheReadTokens, 'input.cacheReadTokens'),
    cacheWriteTokens: checkCount(changes.cacheWriteTokens, 'input.cacheWriteTokens'),
    reasoningTokens: checkCount(changes.reasoningTokens, 'input.reasoningTokens'),
    cost: checkAmount(changes.cost, 'input.cost'),
    durationMs: checkAmount(changes.durationMs, 'input.durationMs'),
    startedAt: instantOf(changes.startedAt, 'input.startedAt'),
    endedAt: instantOf(changes.endedAt, 'input.endedAt'),
  } as Partial<MessageRow>;
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => changes[name as keyof MessageChanges] !== undefined),
  );
}

function equalJson(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && stringifyJson(a) === stringifyJson(b));
}

/** Updates the stats after a change to a message that keeps its goal. */
function rollUpAgain(unit: UnitOfWork, before: MessageRow, after: MessageRow): AffectedGoal[] {
  const { projectId, traceId, goalId, sequence } = after;
  const place = { projectId, traceId, goalId };
  const text = previewOf(after.content);
  const [old, now] = [usageOf(before), usageOf(after)];
  const same =
    USAGE_NAMES.every((name) => (before[name] ?? 0) === (after[name] ?? 0)) &&
    old.unpricedCount === now.unpricedCount;
  if (same && text === previewOf(before.content)) {
    return [];
  }
  rollUp(unit, place, old, null, -1);
  rollUp(unit, place, now, null);
  // Only stats that preview this message get its new text: they preview the message with the highest sequence.
  const follow = <S extends Stats>(stats: S): S =>
    stats.previewSequence === sequence ? { ...stats, preview: text } : stats;
  unit.changeTrace(unit.trace(projectId, traceId), follow(unit.trace(projectId, traceId)));
  const goals = unit.goals(projectId, traceId);
  for (const { goalId: id } of affectedGoals(unit, place)) {
    const goal = goals.get(id);
    if (goal !== undefined) {
      goals.put({ ...goal, self: follow(goal.self), cumulative: follow(goal.cumulative) });
    }
  }
  return affectedGoals(unit, place);
}

/** Updates the stats after a message moved to another goal: both goals' own, then every sum above them. */
function moveMessage(unit: UnitOfWork, before: MessageRow, after: MessageRow): AffectedGoal[] {
  const { projectId, traceId, sequence } = after;
  const goals = unit.goals(projectId, traceId);
  const old = new Map([...goals.rows()].map((goal) => [goal.goalId, goal]));
  const changeSelf = (goalId: string | null, change: (self: Stats) => Stats): void => {
    const goal: GoalRow | undefined = goalId === null ? undefined : goals.get(goalId);
    if (goal !== undefined) {
      goals.put({ ...goal, self: change(goal.self) });
    }
  };
  const trace = { projectId, traceId, goalId: null };
  rollUp(unit, trace, usageOf(before, ONE), null, -1);
  rollUp(unit, trace, usageOf(after, ONE), { sequence, text: previewOf(after.content) });
  const newest = unit.newest.get(keyOf(projectId, traceId, before.goalId ?? '', after.id));
  changeSelf(before.goalId, (self) => ({
    ...addUsage(self, usageOf(before, ONE), -1),
    preview: newest?.text ?? null,
    previewSequence: newest?.sequence ?? null,
  }));
  changeSelf(after.goalId, (self) =>
    showNewest(addUsage(self, usageOf(after, ONE)), { sequence, text: previewOf(after.content) }),
  );
  recount(unit, { projectId, traceId });
  return statsChanges(old, goals.rows());
}
