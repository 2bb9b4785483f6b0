// Writes src/api/graphql/generated/schema.ts from schema.graphql; with --check, only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const output = new URL('../src/api/graphql/generated/schema.ts', import.meta.url);
const schema = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

const events = [
  'GoalAdded',
  'GoalUpdated',
  'GoalTreeUpdated',
  'MessageAdded',
  'MessageUpdated',
  'StepAdded',
  'StepUpdated',
  'SubTraceStarted',
  'SubTraceCompleted',
  'TraceStatusChanged',
  'TraceCompleted',
  'TraceUpdated',
  'CustomEvent',
];

const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  contextType: '../context.js#Context',
  emitLegacyCommonJSImports: false,
  maybeValue: 'T | null',
  inputMaybeValue: 'T | null | undefined',
  immutableTypes: true,
  avoidOptionals: { object: true, field: true },
  makeResolverTypeCallable: false,
  requireResolversForNonScalar: true,
  scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown', Long: 'number', SignedLong: 'number' },
  enumValues: {
    TraceMode: '../../../model/rows.js#TraceMode',
    TraceStatus: '../../../model/rows.js#TraceStatus',
    GoalStatus: '../../../model/rows.js#GoalStatus',
    GoalType: '../../../model/rows.js#GoalType',
    StepType: '../../../model/rows.js#StepType',
    StepStatus: '../../../model/rows.js#StepStatus',
    CostSource: '../../../model/rows.js#CostSource',
    CheckpointChangeKind: '../../../domain/checkpoints/json-changes.js#ChangeKind',
  },
  mappers: {
    Trace: '../../../model/rows.js#TraceRow',
    Goal: '../../../model/rows.js#GoalRow',
    Step: '../resolvers/step.js#StepSource',
    Message: '../../../model/rows.js#MessageRow',
    Stats: '../../../model/stats.js#PublicStats',
    GoalTree: '../resolvers/goal.js#GoalTreeSource',
    AffectedGoal: '../../../domain/goals/roll-up.js#AffectedGoal as AffectedGoalSource',
    TraceSnapshot: '../../../domain/traces/snapshot.js#Snapshot',
    TraceEvent: '../../../model/rows.js#EventRow',
    ...Object.fromEntries(events.map((name) => [name, '../resolvers/event.js#EventSource'])),
    TraceChange: '../../../live/live-list.js#ListChange',
    Thread: '../../../model/rows.js#ThreadRow',
    Run: '../../../model/rows.js#RunRow',
    RunEvent: '../../../model/rows.js#RunEventRow',
    Checkpoint: '../../../model/rows.js#CheckpointRow',
    CheckpointTree: '../../../domain/checkpoints/checkpoint-tree.js#Tree',
    CheckpointTreeNode: '../../../domain/checkpoints/checkpoint-tree.js#TreeNode',
    CheckpointChange: '../../../domain/checkpoints/json-changes.js#Change',
    CheckpointDiff: '../../../domain/checkpoints/checkpoint-diff.js#Diff',
  },
};

const text = await codegen({
  filename: output.pathname,
  schema,
  documents: [],
  config,
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
});
// The plugin does not know of verbatimModuleSyntax.
const generated = `// Made from schema.graphql by \`npm run codegen\`.\n${text.replace(/^export \{/gm, 'export type {')}`;

if (!process.argv.includes('--check')) {
  writeFileSync(output, generated);
} else if (readFileSync(output, 'utf8') !== generated) {
  console.error('src/api/graphql/generated/schema.ts is out of date: run `npm run codegen`');
  process.exitCode = 1;
}
