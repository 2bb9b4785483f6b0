import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StemmaError } from '../../base/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file in its place',
  ENOTDIR: 'there is a file in its place',
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOENT: 'a folder cannot be created there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/**
 * Makes sure that `folder` and its parent folders exist, and that files can be created in it. `dataDir` is the setting to
 * show in the error message.
 *
 * Throws UNAVAILABLE, in one sentence, if this fails.
 */
export async function ensureDataFolder(folder: string, dataDir: string): Promise<void> {
  const probe = join(folder, `write-probe-${process.pid}`);
  try {
    await makeFolder(folder);
    const file = await open(probe, 'w');
    await file.writeFile('x').finally(() => file.close());
    await rm(probe);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new StemmaError(
      'UNAVAILABLE',
      `the data folder ${JSON.stringify(dataDir)} cannot be used: ${REASONS[code] ?? message}; set STEMMA_DATA_DIR to a folder that can be written.`,
    );
  }
}

/** Like `mkdir` with `recursive`, which never returns in a folder such as /proc, where folders exist but cannot be created. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(folder);
    if (code === 'ENOENT' && parent !== folder && !(await exists(parent))) {
      await makeFolder(parent);
      await mkdir(folder, { mode: 0o700 });
    } else if (code !== 'EEXIST' || !(await stat(folder)).isDirectory()) {
      throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
