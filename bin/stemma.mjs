#!/usr/bin/env node
// The command line: npx stemma import FILE..., npx stemma demo.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/src/cli.js');
