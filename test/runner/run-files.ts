import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { parseArgs } from 'node:util';

// Runs test files in the order given, each in its own process: `node --test` would sort them.

const { positionals: files, values } = parseArgs({
  allowPositionals: true,
  options: {
    /** How many files run at once. */
    concurrency: { type: 'string', default: '1' },
    /** How long one test may take, in milliseconds; no limit unless given. */
    timeout: { type: 'string' },
    /** `spec`, `tap`, or a module to use as the reporter. */
    reporter: { type: 'string' },
  },
});
run({
  files,
  concurrency: Number(values.concurrency),
  ...(values.timeout === undefined ? {} : { timeout: Number(values.timeout) }),
})
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) {
      process.exitCode = 1;
    }
  })
  .compose(await reporter())
  .pipe(process.stdout);

/** Chooses as `node --test` does: `spec` at a terminal, otherwise `tap`. */
async function reporter(): Promise<any> {
  const name = values.reporter ?? (process.stdout.isTTY ? 'spec' : 'tap');
  if (name === 'spec') {
    return new spec();
  }
  return name === 'tap' ? tap : ((await import(name)) as { default: unknown }).default;
}
