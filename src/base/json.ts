import { printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser';
import { badInput, StemmaError } from './errors.js';

/** Deeper nesting is rejected: JSON.stringify recurses, and so do most readers. */
const MAX_DEPTH = 500;

/** Outside the strings of a JSON text: a number that JSON.parse might change. */
const LONG_NUMBER = /\d{16}|[eE]\+?\d|[eE]-\d\d/;
/** A key that JavaScript would reorder, from after its opening quote. */
const INTEGER_KEY = /^-?\d+"\s*:/;
/** Escapes that might stand for half a surrogate pair, or for "_" in a key. */
const ESCAPES = /\\u[dD][89a-fA-F]|\\u005[fF]/;

/** Whether JSON.parse might accept the text but change a value in it. Scans each string only once, so that it is fast. */
function mayLose(text: string): boolean {
  if (ESCAPES.test(text) || text.includes('"__proto__"')) {
    return true;
  }
  for (let from = 0; from < text.length;) {
    const open = text.indexOf('"', from);
    const between = text.slice(from, open === -1 ? text.length : open);
    if (LONG_NUMBER.test(between)) {
      return true;
    }
    if (open === -1) {
      return false;
    }
    const close = endOfText(text, open + 1);
    if (close - open < 25 && INTEGER_KEY.test(text.slice(open + 1, close + 20))) {
      return true;
    }
    from = close + 1;
  }
  return false;
}

/** The index of the quote that closes the string starting at `from`; the end of `text` if there is none. */
function endOfText(text: string, from: number): number {
  for (let close = text.indexOf('"', from); close !== -1; close = text.indexOf('"', close + 1)) {
    let escapes = 0;
    while (text[close - 1 - escapes] === '\\') {
      escapes += 1;
    }
    if (escapes % 2 === 0) {
      return close;
    }
  }
  return text.length;
}

/**
 * Parses JSON without changing any value: integers beyond 2^53, numbers beyond a double and lone surrogates are
 * rejected with BAD_USER_INPUT, and objects keep the order of their keys even where the keys look like array indices
 * (JavaScript objects would sort those).
 *
 * Throws BAD_USER_INPUT naming line and column when the text is not JSON.
 */
export function parseJson(text: string): unknown {
  if (mayLose(text)) {
    return parseExactly(text);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parseExactly(text);
  }
}

/** Rejects values that JSON cannot represent or that nest too deeply; `field` names the value in the message. */
export function checkJson(value: unknown, field: string): void {
  const pending: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { value: current, depth } = item;
    if (typeof current === 'number' && !Number.isFinite(current)) {
      throw new StemmaError('BAD_USER_INPUT', `${field}: expected JSON, got the number ${current}`, {
        field,
      });
    }
    if (typeof current !== 'object' || current === null) {
      continue;
    }
    if (depth > MAX_DEPTH) {
      throw new StemmaError(
        'BAD_USER_INPUT',
        `${field}: expected JSON nested at most ${MAX_DEPTH} deep, got more`,
        {
          field,
        },
      );
    }
    for (const child of Object.values(current) as unknown[]) {
      // A list may have millions of values: keep only those that need checking.
      const needsCheck = typeof child === 'number' ? !Number.isFinite(child) : typeof child === 'object';
      if (needsCheck) {
        pending.push({ value: child, depth: depth + 1 });
      }
    }
  }
}

/**
 * The number that a literal stands for; `where` returns its place, for the error message. Rejects numbers that would not
 * round-trip: too large for a double, too small but not 0, and those that would be written as an integer beyond 2^53, on
 * which JSON readers disagree.
 */
export function numberOf(literal: string, where: () => string): number {
  const value = Number(literal);
  const refused = (expected: string): StemmaError =>
    new StemmaError('BAD_USER_INPUT', `${where()}: expected ${expected}, got ${literal.slice(0, 60)}`);
  if (!Number.isFinite(value)) {
    throw refused('a number that fits a double');
  }
  if (value === 0 && /^-?[\d.]*[1-9]/.test(literal)) {
    throw refused('a number that fits a double (the smallest above 0 is 5e-324)');
  }
  const integer = [literal, String(value)].find((text) => /^-?\d+$/.test(text));
  if (integer !== undefined && BigInt(integer.replace('-', '')) > 2n ** 53n) {
    throw refused('an integer of at most 2^53 in magnitude (a larger one can be sent as a text)');
  }
  return value;
}

/** `object` without the key `name`; the other keys keep their order. */
export function without(
  object: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const keys = Object.keys(object).filter((key) => key !== name);
  return inGivenOrder(Object.fromEntries(keys.map((key) => [key, object[key]])), keys) as Record<
    string,
    unknown
  >;
}

/** `value` if it is a JSON object (`{}` if there is none); otherwise throws BAD_USER_INPUT naming `field`. */
export function jsonObject(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (value != null && (typeof value !== 'object' || Array.isArray(value))) {
    throw badInput(field, `expected a JSON object, got ${shown(value)}`);
  }
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

/** A value as an error message shows it: JSON, cut at 60 characters. */
export function shown(value: unknown): string {
  return excerpt(value === undefined ? 'nothing' : JSON.stringify(value));
}

/** A text as an error message shows it: cut at 60 characters. */
export function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).replace(/[\ud800-\udbff]$/, '')}...` : text;
}

/** The character `offset` of `text` as "line L, column C", both from 1. */
export function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

interface OpenValue {
  readonly value: Record<string, unknown> | unknown[];
  readonly keys: string[];
  key: string;
}

function parseExactly(text: string): unknown {
  const open: OpenValue[] = [];
  let root: unknown;
  const put = (value: unknown): void => {
    const parent = open.at(-1);
    if (parent === undefined) {
      root = value;
    } else if (Array.isArray(parent.value)) {
      parent.value.push(value);
    } else {
      // A plain assignment to "__proto__" would set the prototype instead of a key.
      Object.defineProperty(parent.value, parent.key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  };
  const begin = (value: OpenValue['value'], offset: number): void => {
    if (open.length >= MAX_DEPTH * 2) {
      throw new StemmaError(
        'BAD_USER_INPUT',
        `${position(text, offset)}: expected JSON nested at most ${MAX_DEPTH} deep, got more`,
      );
    }
    open.push({ value, keys: [], key: '' });
  };
  const end = (): void => {
    const closed = open.pop();
    if (closed !== undefined) {
      put(Array.isArray(closed.value) ? closed.value : inGivenOrder(closed.value, closed.keys));
    }
  };
  visit(
    text,
    {
      onObjectBegin: (offset) => begin({}, offset),
      onArrayBegin: (offset) => begin([], offset),
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty: (key, offset) => {
        const parent = open.at(-1);
        if (parent !== undefined) {
          checkText(key, text, offset);
          parent.key = key;
          parent.keys.push(key);
        }
      },
      onLiteralValue: (value: unknown, offset, length) => {
        if (typeof value === 'number') {
          numberOf(text.slice(offset, offset + length), () => position(text, offset));
        } else if (typeof value === 'string') {
          checkText(value, text, offset);
        }
        put(value);
      },
      onError: (code, offset) => {
        throw new StemmaError('BAD_USER_INPUT', `${position(text, offset)}: ${explain(code)}`);
      },
    },
    { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false },
  );
  return root;
}

function explain(code: ParseErrorCode): string {
  const name = printParseErrorCode(code);
  if (name === 'EndOfFileExpected') {
    return 'expected the end of the JSON, got more';
  }
  return `not JSON: ${name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`;
}

function checkText(value: string, text: string, offset: number): void {
  if (!isWellFormed(value)) {
    throw new StemmaError(
      'BAD_USER_INPUT',
      `${position(text, offset)}: expected Unicode text, got half a surrogate pair (\\ud800 to \\udfff alone)`,
    );
  }
}

/** String.prototype.isWellFormed, which Node 20 has and the es2023 library types lack. */
function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}

/** `object` itself, or, if JavaScript reordered its keys, a view of it that lists them in the order of `keys`. */
function inGivenOrder(object: Record<string, unknown>, keys: readonly string[]): object {
  const given = [...new Set(keys)];
  const own = Object.keys(object);
  if (given.every((key, index) => key === own[index])) {
    return object;
  }
  return new Proxy(object, { ownKeys: () => given });
}
