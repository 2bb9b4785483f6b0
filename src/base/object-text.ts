/** The JSON text of an object: its keys in their order, each with the text that `textAt` returns for it. */
export function objectText(object: object, textAt: (key: string) => string): string {
  const entries = Object.keys(object).map((key) => `${JSON.stringify(key)}:${textAt(key)}`);
  return `{${entries.join(',')}}`;
}
