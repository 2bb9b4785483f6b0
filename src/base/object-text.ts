/** An object as JSON, its keys in their order, with the text that is given for each key. */
export function objectText(object: object, textAt: (key: string) => string): string {
  const entries = Object.keys(object).map((key) => `${JSON.stringify(key)}:${textAt(key)}`);
  return `{${entries.join(',')}}`;
}
