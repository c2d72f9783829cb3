import type { Language } from '../../facts';

/**
 * Whether what is of the type `from` surely cannot stand where `to` is asked for. Types are compared as they are
 * written: where a name may mean something wider, it is not sure.
 */
export function isOtherType(language: Language, from: string | null, to: string | null): boolean {
  if (from === null || to === null) return false;
  const old = alternatives(language, plain(from));
  const now = alternatives(language, plain(to));
  if (old.every((part) => now.includes(part))) return false;
  return old.some((part) => now.every((other) => other !== part && surelyOther(language, part, other)));
}

/** `A | B`, `Optional[A]`, `Union[A, B]` taken apart; what brackets hold stays together. */
function alternatives(language: Language, type: string): string[] {
  if (language === 'go' || language === 'rust' || language === 'java') return [type];
  if (language !== 'python') return split(type, '|');
  const optional = /^(?:typing\.)?Optional\[(.*)\]$/.exec(type)?.[1];
  if (optional !== undefined) return [...alternatives(language, optional), 'None'];
  const union = /^(?:typing\.)?Union\[(.*)\]$/.exec(type)?.[1];
  return union === undefined ? split(type, '|') : split(union, ',').flatMap((part) => alternatives(language, part));
}

/** Cuts a text at a separator outside of brackets. */
export function split(text: string, separator: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [index, char] of [...text].entries()) {
    if ('([{<'.includes(char)) depth += 1;
    else if (')]}'.includes(char) || (char === '>' && !/[=-]/.test(text[index - 1] ?? ''))) depth -= 1;
    if (char === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function plain(type: string): string {
  return type
    .replace(/\s+/g, ' ')
    .replace(/^readonly /, '')
    .trim();
}

function surelyOther(language: Language, from: string, to: string): boolean {
  const [old, now] = [boxOf(from), boxOf(to)];
  if (old.box !== now.box) return (old.box !== '' && now.box !== '') || !collection.test(old.box === '' ? from : to);
  if (old.box !== '') return isOtherType(language, old.inside, now.inside);
  if (isOpen(from) || isOpen(to)) return false;
  if (widened[language]?.some(([narrow, wide]) => narrow === from && wide === to)) return false;
  const known = builtin[language];
  if (known.test(from) && known.test(to)) return literalKind(from) !== to;
  // In Rust another name is another type; elsewhere it may be a kind of the other, or another name for it.
  if (!known.test(from) && !known.test(to)) return language === 'rust' && isName(from) && isName(to);
  return !wide.test(known.test(from) ? to : from);
}

/** What has to be taken out of something before it can be used. */
function boxOf(type: string): { box: string; inside: string } {
  const array = /^(.+)\[\]$|^\[\](.+)$/.exec(type);
  if (array !== null) return { box: '[]', inside: array[1] ?? array[2] ?? '' };
  if (/^\(.*,.*\)$/.test(type)) return { box: '(,)', inside: type };
  const match = /^([\w.:]+)\s*[<[](.*)[>\]]$/.exec(type);
  const name = match?.[1]?.replace(/^.*[.:]/, '') ?? '';
  return boxes.has(name) ? { box: name, inside: match?.[2] ?? '' } : { box: '', inside: type };
}

const boxes = new Set(
  `Promise Awaitable Coroutine Observable Result Option Optional Future CompletableFuture Mono Flux Single AsyncIterator
  AsyncIterable AsyncGenerator`.split(/\s+/),
);

/** May hold many, under a name that does not say of what. */
const collection =
  /Array|Iter|List|Collection|Sequence|Set\b|^any$|^unknown$|^Any$|^object$|^Object$|^interface ?\{\}$|^impl /;

/** A type parameter, or what takes anything, or gives nothing. */
function isOpen(type: string): boolean {
  return /^(any|unknown|object|Object|interface ?\{\}|Any|typing\.Any|var|_|never|void|undefined|\(\)|this|Self|[A-Z]\d?)$|^&?(mut )?(impl|dyn) |^(keyof|typeof) /.test(
    type,
  );
}

/** A project's names that are often nothing but another name for a text or a number, or an interface that takes one. */
const wide =
  /(Id|ID|Name|Key|Path|String|Text|Like|Number|CharSequence|Comparable.*|Source|Input|Arg|Reader|Stringer)$/;

function isName(type: string): boolean {
  return /^&?(mut )?\w+$/.test(type);
}

/** The type of which a literal is one. */
function literalKind(type: string): string {
  if (/^['"`]/.test(type)) return 'string';
  if (/^-?\d/.test(type)) return 'number';
  return /^(true|false)$/.test(type) ? 'boolean' : '';
}

/** What everybody knows, because the language says it. */
const builtin: Readonly<Record<Language, RegExp>> = {
  typescript:
    /^(string|number|boolean|bigint|symbol|null|Date|RegExp|Buffer|Uint8Array|Error|URL|-?\d.*|['"`].*|true|false)$/,
  javascript: /^(string|number|boolean|bigint|symbol|null|Date|RegExp|Buffer)$/,
  python: /^(str|int|float|bool|bytes|complex|bytearray|datetime|date|Path|Decimal|None)$/,
  go: /^(string|bool|byte|rune|error|u?int(8|16|32|64)?|uintptr|float(32|64)|complex(64|128)|\[\]byte)$/,
  rust: /^&?(mut )?(str|String|bool|char|[iu](8|16|32|64|128|size)|f(32|64))$/,
  java: /^(boolean|byte|short|int|long|float|double|char|String|Boolean|Integer|Long|Double)$/,
};

/** Of the languages' own types, those that go where another is asked for. */
const widened: Partial<Record<Language, readonly (readonly [from: string, to: string])[]>> = {
  python: [
    ['int', 'float'],
    ['int', 'complex'],
    ['float', 'complex'],
    ['bool', 'int'],
    ['datetime', 'date'],
  ],
  rust: [
    ['&String', '&str'],
    ['&mut str', '&str'],
  ],
  java: ['byte', 'short', 'int', 'long', 'float', 'double'].flatMap((from, index, all) =>
    all.slice(index + 1).map((to) => [from, to] as const),
  ),
};
