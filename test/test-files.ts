/** Those that take the longest. They go first, so that a run does not end with one of them by itself. */
const SLOWEST = ['soak', 'outages', 'main', 'neo4j-local', 'interrupted-run', 'hostile-queries', 'cypher'];

/**
 * Which of the files a run includes, in the order in which it starts them. Without words: all of them, the long ones
 * (`*.long.test.js`) only if `long`. With words: those with a word in their name, the long ones only if `long` or if the word
 * itself contains `.long`.
 */
export function selectFiles(
  files: readonly string[],
  { words, long }: { readonly words: readonly string[]; readonly long: boolean },
): readonly string[] {
  const selected = files.filter((name) => {
    const isLong = name.endsWith('.long.test.js');
    if (!name.endsWith('.test.js')) {
      return false;
    }
    return words.length === 0
      ? long || !isLong
      : words.some((word) => name.includes(word) && (long || !isLong || word.includes('.long')));
  });
  const place = (name: string): number => {
    const found = SLOWEST.indexOf(name.split('.')[0] ?? '');
    return found === -1 ? SLOWEST.length : found;
  };
  return selected.sort((a, b) => place(a) - place(b));
}
