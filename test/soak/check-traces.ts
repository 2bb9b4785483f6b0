import { largeSizeOf } from './trace-writes.js';
import type { Changing, TraceOwner } from './ledger.js';
import { largeTextOf, textOf } from './payloads.js';
import type { Run } from './run.js';

const PROJECT = { projectId: 'default' };
/** Longer contents are compared by length and beginning. */
const COMPARED = 2_000;

/** Compares what Neo4j has of a trace with what was acknowledged. */
export async function checkTrace(run: Run, trace: TraceOwner): Promise<void> {
  const { report } = run;
  const rows = <Row>(text: string): Promise<Row[]> =>
    run.topology.database.run<Row>({ name: 'soak', text }, { ...PROJECT, traceId: trace.id });
  const [found] = await rows<{ summary: string | null }>(
    'MATCH (t:Trace {projectId: $projectId, id: $traceId}) RETURN t.summary AS summary',
  );
  if (found === undefined) {
    report.find('lost', 'the trace is not there', trace.id);
    return;
  }
  if (!trace.summary.possible.includes(found.summary)) {
    report.find('changed', `the summary is ${JSON.stringify(found.summary)}`, trace.id);
  }

  const messages = await rows<{ id: string; text: string; size: number }>(
    `MATCH (m:Message) WHERE m.projectId = $projectId AND m.traceId = $traceId AND m.sequence > 0
     RETURN m.id AS id, left(m.content, ${COMPARED}) AS text, size(m.content) AS size`,
  );
  compare(
    run,
    trace,
    'm',
    messages.map(({ id }) => id),
    trace.messages,
  );
  for (const { id, text, size } of messages) {
    checkContent(run, trace, { id, text, size });
  }

  const steps = await rows<{ id: string }>(
    'MATCH (s:Step) WHERE s.projectId = $projectId AND s.traceId = $traceId AND s.sequence > 0 RETURN s.id AS id',
  );
  compare(
    run,
    trace,
    's',
    steps.map(({ id }) => id),
    trace.steps,
  );

  const goals = new Set(
    (
      await rows<{ id: string }>(
        'MATCH (g:Goal) WHERE g.projectId = $projectId AND g.traceId = $traceId AND g.goalId IS NOT NULL RETURN g.goalId AS id',
      )
    ).map(({ id }) => id),
  );
  [...trace.goals]
    .filter((goal) => !trace.openGoals.has(goal) && !goals.has(`g${goal}`))
    .forEach((goal) => report.find('lost', 'the goal is not there', `${trace.id}/g${goal}`));
  [...goals]
    .filter((id) => !trace.goals.has(Number(id.slice(1))) && !trace.openGoals.has(Number(id.slice(1))))
    .forEach((id) =>
      report.find('deleted', 'the goal is there, although its tree was replaced', `${trace.id}/${id}`),
    );

  const events = await rows<{ type: string; payload: string }>(
    `MATCH (e:Event) WHERE e.projectId = $projectId AND e.traceId = $traceId AND e.eventId > 0
     RETURN CASE WHEN e:Message THEN 'message_added' WHEN e:Step THEN 'step_added' ELSE e.type END AS type, CASE WHEN e.type STARTS WITH 'soak_' THEN e.payload ELSE '' END AS payload`,
  );
  const numbersOf = (type: string): number[] =>
    events
      .filter((event) => event.type === type)
      .map(({ payload }) => (JSON.parse(payload) as { number: number }).number);
  compare(
    run,
    trace,
    'n',
    numbersOf('soak_note').map((number) => `${trace.id}/n${number}`),
    trace.notes,
  );
  checkLoose(run, `${trace.id}/x`, numbersOf('soak_loose'), trace.loose);
  for (const [type, count] of [
    ['message_added', messages.length],
    ['step_added', steps.length],
  ] as const) {
    const logged = events.filter((event) => event.type === type).length;
    if (logged !== count) {
      report.find(
        logged > count ? 'duplicated' : 'lost',
        `the log has ${logged} ${type} for ${count}`,
        trace.id,
      );
    }
  }
}

/** What is left of a deleted trace, which must be nothing. Interrupted deletions may still be finishing. */
export async function leftOf(run: Run, trace: TraceOwner): Promise<string[]> {
  const [row] = await run.topology.database.run<Record<string, number>>(
    {
      name: 'soak',
      text: `RETURN COUNT { (t:Trace {projectId: $projectId, id: $traceId}) } AS Trace,
        COUNT { MATCH (m:Message) WHERE m.projectId = $projectId AND m.traceId = $traceId AND m.sequence > 0 } AS Message,
        COUNT { MATCH (s:Step) WHERE s.projectId = $projectId AND s.traceId = $traceId AND s.sequence > 0 } AS Step,
        COUNT { MATCH (g:Goal) WHERE g.projectId = $projectId AND g.traceId = $traceId AND g.goalId IS NOT NULL } AS Goal,
        COUNT { MATCH (e:Event) WHERE e.projectId = $projectId AND e.traceId = $traceId AND e.eventId > 0 } AS Event`,
    },
    { ...PROJECT, traceId: trace.id },
  );
  return Object.entries(row ?? {})
    .filter(([, count]) => count > 0)
    .map(([label, count]) => `${count} ${label}`);
}

/** Each acknowledged number must exist once; one that was never acknowledged may exist once. */
export function compare(
  run: Run,
  owner: { readonly id: string },
  letter: string,
  ids: readonly string[],
  numbered: TraceOwner['messages'],
  deleted: ReadonlySet<number> = new Set(),
): void {
  const prefix = `${owner.id}/${letter}`;
  const counts = new Map<string, number>();
  ids.forEach((id) => counts.set(id, (counts.get(id) ?? 0) + 1));
  for (let number = 1; number <= numbered.issued; number += 1) {
    const id = `${prefix}${number}`;
    const count = counts.get(id) ?? 0;
    counts.delete(id);
    if (deleted.has(number)) {
      if (count > 0) {
        run.report.find('deleted', 'it is there, although it was deleted', id);
      }
    } else if (count > 1) {
      run.report.find('duplicated', `it is there ${count} times`, id);
    } else if (count === 0 && numbered.isAcknowledged(number)) {
      run.report.find('lost', 'it was acknowledged and is not there', id);
    }
  }
  run.report.count('acknowledged ids checked', numbered.acknowledged);
  counts.forEach((_, id) => run.report.find('duplicated', 'nobody wrote it', id));
}

/** A write without an idempotency key may exist at most once for each attempt that may have been executed. */
export function checkLoose(
  run: Run,
  prefix: string,
  numbers: readonly number[],
  loose: TraceOwner['loose'],
): void {
  for (const [number, { acknowledged, mostCopies }] of loose) {
    const count = numbers.filter((found) => found === number).length;
    if (count > mostCopies) {
      run.report.find(
        'duplicated',
        `it is there ${count} times; ${mostCopies} attempts may have been executed`,
        `${prefix}${number}`,
      );
    } else if (count === 0 && acknowledged) {
      run.report.find('lost', 'it was acknowledged and is not there', `${prefix}${number}`);
    }
  }
}

function checkContent(
  run: Run,
  trace: TraceOwner,
  { id, text, size }: { readonly id: string; readonly text: string; readonly size: number },
): void {
  const number = Number(id.slice(trace.id.length + 2));
  const updated: Changing<string> | undefined = trace.updated.get(number);
  const possible = trace.large ? [largeTextOf(id, largeSizeOf(number))] : (updated?.possible ?? [textOf(id)]);
  if (!possible.some((content) => content.length === size && content.startsWith(text))) {
    run.report.find(
      'changed',
      `its content is of ${size} characters: ${JSON.stringify(text.slice(0, 100))}`,
      id,
    );
  }
}
