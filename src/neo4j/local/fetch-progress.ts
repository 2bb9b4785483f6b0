/** A file in the folder that Maven fills. */
export interface PresentFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Maven's progress, as text for people. Maven downloads missing files into its local repository (the only part that its log
 * shows), and copies everything into the folder at the end.
 */
export function fetchProgress({
  log,
  present,
}: {
  readonly log: string;
  readonly present: readonly PresentFile[];
}): string {
  const downloads = downloadsIn(log);
  if (downloads.length === 0 && present.length === 0) {
    return 'Maven is looking up which files it needs and has already';
  }
  const parts = [
    ...(downloads.length > 0 ? [`${described(downloads)} downloaded`] : []),
    ...(present.length > 0 ? [`${described(present)} in place`] : []),
  ];
  return parts.join(', ');
}

function described(files: readonly PresentFile[]): string {
  const megabytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
  return `${files.length} ${files.length === 1 ? 'file' : 'files'} (${megabytes.toFixed(0)} MB)`;
}

const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6 };

/** From Maven's lines `Downloaded from central: https://... (1.2 MB at 3.4 MB/s)`. */
function downloadsIn(log: string): PresentFile[] {
  return [...log.matchAll(/Downloaded from \S+ (\S+) \(([\d.]+) (B|kB|MB) at/g)].map(
    ([, name = '', size, unit = 'B']) => ({ name, sizeBytes: Number(size) * (UNIT_BYTES[unit] ?? 0) }),
  );
}
