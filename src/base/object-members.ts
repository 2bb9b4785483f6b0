/** The members of a JSON object in its text, in order: each key and value as it is written, without the space around them. */
export function membersOf(text: string): (readonly [key: string, value: string])[] {
  const members: (readonly [string, string])[] = [];
  let at = text.indexOf('{') + 1;
  for (let quote = nextQuote(text, at); quote !== -1; quote = nextQuote(text, at)) {
    const keyEnd = endOfString(text, quote);
    const start = text.indexOf(':', keyEnd) + 1;
    const end = endOfValue(text, start);
    members.push([text.slice(quote, keyEnd), text.slice(start, end).trim()]);
    at = end;
  }
  return members;
}

/** The next quote, if only space and a comma come before it. */
function nextQuote(text: string, from: number): number {
  const quote = text.indexOf('"', from);
  return quote === -1 || text.slice(from, quote).includes('}') ? -1 : quote;
}

/** The index behind the string that begins with the quote at `start`; the end of `text` if it has no other quote. */
export function endOfString(text: string, start: number): number {
  for (let close = text.indexOf('"', start + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let escapes = 0;
    while (text[close - 1 - escapes] === '\\') {
      escapes += 1;
    }
    if (escapes % 2 === 0) {
      return close + 1;
    }
  }
  return text.length;
}

/** The index of the comma or brace behind the value that begins at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at) - 1;
    } else if (character === '{' || character === '[') {
      depth += 1;
    } else if (depth === 0 && (character === ',' || character === '}')) {
      return at;
    } else if (character === '}' || character === ']') {
      depth -= 1;
    }
  }
  return text.length;
}
