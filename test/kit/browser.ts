import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser installed on this machine, with flags in addition to those that isolate it. */
export function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const places = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const executablePath = places.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error('this test needs Chromium: `apt-get install chromium`, or set CHROMIUM to where one is');
  }
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}
