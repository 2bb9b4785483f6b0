import type { GoalRow } from '../../model/rows.js';
import { instantOf } from '../../model/times.js';

/**
 * The times that follow from a goal's change of status, unless the change gives them: it starts when it is in progress, ends when it
 * is completed or abandoned, and has no end when it is reopened.
 */
export function timesOf(
  before: Pick<GoalRow, 'startedAt' | 'endedAt' | 'status'> | null,
  { status, startedAt, endedAt }: Partial<Pick<GoalRow, 'startedAt' | 'endedAt' | 'status'>>,
  now: string,
): Partial<Pick<GoalRow, 'startedAt' | 'endedAt'>> {
  const given = {
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
  if (status === undefined || status === before?.status) {
    return given;
  }
  const at = instantOf(now, 'now');
  const isOver = status === 'completed' || status === 'abandoned';
  return {
    ...(status === 'in_progress' && before?.startedAt == null ? { startedAt: at } : {}),
    endedAt: isOver ? (before?.endedAt ?? at) : null,
    ...given,
  };
}
