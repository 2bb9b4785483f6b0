/** These take longest: they start first, so that the run does not end with only them running. */
const LONGEST = ['soak/soak.test.js', 'neo4j/outages.test.js', 'neo4j/local/neo4j-local.test.js'];

/**
 * The paths of the files that a run includes, in the order in which they start. Without words: all files, the long ones
 * (`*.long.test.js`) only if `long`. With words: the files whose name contains a word or whose folder is one, the long ones only
 * if `long` or if the word itself contains `.long`.
 */
export function selectFiles(
  files: readonly string[],
  { words, long }: { readonly words: readonly string[]; readonly long: boolean },
): readonly string[] {
  const selected = [...files].sort().filter((name) => {
    const isLong = name.endsWith('.long.test.js');
    if (!name.endsWith('.test.js')) {
      return false;
    }
    return words.length === 0
      ? long || !isLong
      : words.some((word) => isMeant(name, word) && (long || !isLong || word.includes('.long')));
  });
  const place = (name: string): number => (LONGEST.indexOf(name) + LONGEST.length + 1) % (LONGEST.length + 1);
  return selected.sort((a, b) => place(a) - place(b));
}

function isMeant(path: string, word: string): boolean {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  return name.includes(word) || folders.includes(word) || (word.includes('/') && path.includes(word));
}
