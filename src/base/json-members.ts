/**
 * The members of the object that a valid JSON text contains: each key with the text of its value, in the order of the text. If a
 * key is there twice, the last value counts.
 */
export function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let position = text.indexOf('{') + 1;
  for (;;) {
    const keyStart = text.indexOf('"', position);
    if (keyStart === -1) {
      return members;
    }
    const keyEnd = endOfString(text, keyStart);
    const key = JSON.parse(text.slice(keyStart, keyEnd)) as string;
    const valueStart = text.indexOf(':', keyEnd) + 1;
    const valueEnd = endOfValue(text, valueStart);
    members.delete(key);
    members.set(key, text.slice(valueStart, valueEnd).trim());
    position = valueEnd + 1;
    if (text[valueEnd] === '}') {
      return members;
    }
  }
}

/** The text of an object with these members. */
export function textOfMembers(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

/** The place behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; ; index += 1) {
    const character = text[index];
    if (character === '\\') {
      index += 1;
    } else if (character === '"' || character === undefined) {
      return index + 1;
    }
  }
}

/** The place of the comma or bracket that follows the value which begins at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    switch (text[index]) {
      case '"':
        index = endOfString(text, index) - 1;
        break;
      case '{':
      case '[':
        depth += 1;
        break;
      case '}':
      case ']':
        if (depth === 0) {
          return index;
        }
        depth -= 1;
        break;
      case ',':
        if (depth === 0) {
          return index;
        }
    }
  }
  return text.length;
}
