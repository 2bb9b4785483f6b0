#!/usr/bin/env node
// The command line: npx stemma import, demo and watch.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/src/cli/cli.js');
