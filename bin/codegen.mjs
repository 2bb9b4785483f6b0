// Writes src/generated/schema.ts from schema.graphql; with --check, only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const output = new URL('../src/generated/schema.ts', import.meta.url);
const schema = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

const events = [
  'GoalAdded',
  'GoalUpdated',
  'GoalTreeUpdated',
  'MessageAdded',
  'MessageUpdated',
  'StepAdded',
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
  scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown', Long: 'number' },
  enumValues: {
    TraceMode: '../graph.js#TraceMode',
    TraceStatus: '../graph.js#TraceStatus',
    GoalStatus: '../graph.js#GoalStatus',
    GoalType: '../graph.js#GoalType',
    StepType: '../graph.js#StepType',
    CheckpointChangeKind: '../json-changes.js#ChangeKind',
  },
  mappers: {
    Trace: '../graph.js#TraceRow',
    Goal: '../graph.js#GoalRow',
    Step: '../resolvers/step.js#StepSource',
    Message: '../graph.js#MessageRow',
    Stats: '../tally.js#PublicStats',
    GoalTree: '../resolvers/goal.js#GoalTreeSource',
    AffectedGoal: '../tally.js#AffectedGoal as AffectedGoalSource',
    TraceSnapshot: '../snapshot.js#Snapshot',
    TraceEvent: '../graph.js#EventRow',
    ...Object.fromEntries(events.map((name) => [name, '../resolvers/event.js#EventSource'])),
    TraceChange: '../trace-list.js#ListChange',
    Thread: '../graph.js#ThreadRow',
    RunEvent: '../graph.js#RunEventRow',
    Checkpoint: '../graph.js#CheckpointRow',
    CheckpointTree: '../checkpoint-tree.js#Tree',
    CheckpointTreeNode: '../checkpoint-tree.js#TreeNode',
    CheckpointChange: '../json-changes.js#Change',
    CheckpointDiff: '../checkpoint-diff.js#Diff',
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
  console.error('src/generated/schema.ts is out of date: run `npm run codegen`');
  process.exitCode = 1;
}
