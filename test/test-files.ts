/** By far the longest. It goes first, so that a run does not end with it alone. */
const FIRST = 'soak';

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
  const place = (name: string): number => (name.startsWith(`${FIRST}.`) ? 0 : 1);
  return selected.sort((a, b) => place(a) - place(b));
}
