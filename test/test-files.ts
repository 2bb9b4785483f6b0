/** Whether a run is to include the long tests at their smallest size. */
export const SHORTEST = process.env['STEMMA_TEST_SHORTEST'] === '1';

/**
 * How much a long test does: `shortest` if STEMMA_TEST_SHORTEST=1 (as in continuous integration), otherwise `full`. Every
 * size of a `*.long.test.ts` file comes from here; its smallest case takes at most a minute.
 */
export function sizeOf<T>({ full, shortest }: { readonly full: T; readonly shortest: T }): T {
  return SHORTEST ? shortest : full;
}

/**
 * Which of the files a run includes. Without words: all of them, the long ones (`*.long.test.js`) only if `long`. With words:
 * those with a word in their name, the long ones only if `long` or if the word itself contains `.long`.
 */
export function selectFiles(
  files: readonly string[],
  { words, long }: { readonly words: readonly string[]; readonly long: boolean },
): readonly string[] {
  return files.filter((name) => {
    const isLong = name.endsWith('.long.test.js');
    if (!name.endsWith('.test.js')) {
      return false;
    }
    return words.length === 0
      ? long || !isLong
      : words.some((word) => name.includes(word) && (long || !isLong || word.includes('.long')));
  });
}
