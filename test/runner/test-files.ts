/** These take longest: they begin first, or the run would end with them alone. */
const LONGEST = ['soak/soak.test.js', 'neo4j/outages.test.js', 'neo4j/local/neo4j-local.test.js'];

/**
 * Which of the files a run includes, by their paths, in the order in which they begin. Without words: all of them, the long ones (`*.long.test.js`) only if `long`. With words:
 * those whose name holds a word, or whose folder is one, the long ones only if `long` or if the word itself contains `.long`.
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
