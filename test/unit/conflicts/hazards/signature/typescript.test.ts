import { itFinds, itLetsPass, lines } from '../codeCases';

const text = lines(
  'export function parse(text: string): string[] {',
  "  return text.split(' ');",
  '}',
  '',
  'export function join(parts: string[]): string {',
  "  return parts.join(' ');",
  '}',
);
const changed = text
  .replace('parse(text: string)', 'parse(text: string, separator: string)')
  .replace("split(' ')", 'split(separator)');
const main = lines("import { join } from './text';", '', "console.log(join(['a', 'b']));");
const base = { 'src/text.ts': text, 'src/main.ts': main };
const callsParse = lines("import { parse } from './text';", '', "export const words = parse('a b');");
const store = lines(
  'export interface User {',
  '  id: number;',
  '  name: string;',
  '}',
  '',
  'export interface Store {',
  '  get(key: string): User | null;',
  '}',
  '',
  'export function addUser(user: User): number {',
  '  return user.id;',
  '}',
);
const withEmail = store.replace('  name: string;', '  name: string;\n  email: string;');
const parser = lines(
  'export class Parser {',
  '  constructor(private readonly text: string) {}',
  '',
  '  parse(strict: boolean): string[] {',
  "    return strict ? [this.text] : this.text.split(' ');",
  '  }',
  '}',
);

describe('hazard signature: TypeScript', () => {
  itFinds('signature', [
    {
      name: 'a parameter is added, a new file calls without it',
      base,
      a: { 'src/text.ts': changed },
      b: { 'src/words.ts': callsParse },
      file: 'src/words.ts',
      line: 'parse(',
      says: 'a changes `parse(text)` to `parse(text, separator)`, but b newly calls it with 1 argument in src/words.ts.',
    },
    {
      name: 'a parameter is taken away, an old file newly calls with it',
      base: { ...base, 'src/text.ts': changed },
      a: { 'src/text.ts': text },
      b: {
        'src/main.ts': lines(
          "import { join, parse } from './text';",
          '',
          "console.log(join(['a', 'b']));",
          "console.log(parse('a b', ' '));",
        ),
      },
      file: 'src/main.ts',
      line: 'parse(',
      says: 'with 2 arguments',
    },
    {
      name: 'a function is removed that is newly called',
      base,
      a: { 'src/text.ts': text.slice(text.indexOf('export function join')) },
      b: { 'src/words.ts': callsParse },
      file: 'src/words.ts',
      line: "parse('a b')",
      says: 'a removes `parse(text)`, which b newly calls in src/words.ts.',
    },
    {
      name: 'a file is moved that is newly imported from where it was',
      base,
      a: { 'src/text.ts': null, 'src/words/text.ts': text, 'src/main.ts': main.replace('./text', './words/text') },
      b: { 'src/words.ts': callsParse },
      file: 'src/words.ts',
      line: "parse('a b')",
      says: '`parse(text)`',
    },
    {
      name: 'a function becomes asynchronous under a new caller',
      base,
      a: {
        'src/text.ts': text.replace(
          'export function parse(text: string): string[]',
          'export async function parse(text: string): Promise<string[]>',
        ),
      },
      b: { 'src/words.ts': callsParse },
      file: 'src/words.ts',
      line: 'parse(',
      says: 'Promise<string[]>',
    },
    {
      name: 'a parameter has another type',
      base,
      a: { 'src/text.ts': text.replace('parse(text: string)', 'parse(text: Buffer)') },
      b: { 'src/words.ts': callsParse },
      file: 'src/words.ts',
      line: 'parse(',
      says: '`string` where it takes `Buffer`',
    },
    {
      name: 'parameters change places',
      base: { 'src/range.ts': lines('export function range(from: number, to: number) {', '  return [from, to];', '}') },
      a: { 'src/range.ts': lines('export function range(to: number, from: number) {', '  return [from, to];', '}') },
      b: { 'src/use.ts': lines("import { range } from './range';", 'export const all = range(1, 10);') },
      file: 'src/use.ts',
      line: 'range(1, 10)',
      says: '`from` in another place',
    },
    {
      name: 'a method takes more, and is newly called on an object of its class',
      base: { 'src/parser.ts': parser },
      a: { 'src/parser.ts': parser.replace('parse(strict: boolean)', 'parse(strict: boolean, limit: number)') },
      b: {
        'src/use.ts': lines(
          "import { Parser } from './parser';",
          '',
          "const one = new Parser('a b');",
          'export const words = one.parse(true);',
        ),
      },
      file: 'src/use.ts',
      line: 'one.parse(true)',
      says: '`Parser.parse(strict, limit)`',
    },
    {
      name: 'a constructor takes more, and one is newly made',
      base: { 'src/parser.ts': parser },
      a: { 'src/parser.ts': parser.replace('text: string)', 'text: string, readonly path: string)') },
      b: { 'src/use.ts': lines("import { Parser } from './parser';", "export const one = new Parser('a b');") },
      file: 'src/use.ts',
      line: 'new Parser(',
      says: '`Parser(text, path)`',
    },
    {
      name: 'a method is removed that is newly called through a field',
      base: { 'src/parser.ts': parser },
      a: {
        'src/parser.ts': parser.replace(
          / {2}parse[\s\S]*\n {2}\}\n/,
          '  words(): string[] {\n    return [this.text];\n  }\n',
        ),
      },
      b: {
        'src/use.ts': lines(
          "import type { Parser } from './parser';",
          '',
          'export class Reader {',
          '  constructor(private readonly parser: Parser) {}',
          '  read() {',
          '    return this.parser.parse(true);',
          '  }',
          '}',
        ),
      },
      file: 'src/use.ts',
      line: 'this.parser.parse(true)',
      says: 'a removes `Parser.parse(strict)`',
    },
    {
      name: 'a type is removed that is newly imported',
      base: { 'src/store.ts': store },
      a: {
        'src/store.ts': store
          .slice(store.indexOf('export interface Store'))
          .replace('User | null', 'string | null')
          .replace('user: User', 'user: { id: number }'),
      },
      b: { 'src/use.ts': lines("import type { User } from './store';", 'export const one: User[] = [];') },
      file: 'src/use.ts',
      line: 'User',
      says: 'a removes `User`, which b newly uses',
    },
    {
      name: 'a type asks for one more field, and one is newly made without it',
      base: { 'src/store.ts': store },
      a: { 'src/store.ts': withEmail },
      b: {
        'src/use.ts': lines("import type { User } from './store';", "export const one: User = { id: 1, name: 'x' };"),
      },
      file: 'src/use.ts',
      line: "{ id: 1, name: 'x' }",
      says: 'a adds `email` to `User`, but b newly makes one without `email` in src/use.ts.',
    },
    {
      name: 'a type asks for one more field, and a literal without it is newly handed over',
      base: { 'src/store.ts': store },
      a: { 'src/store.ts': withEmail },
      b: { 'src/use.ts': lines("import { addUser } from './store';", "addUser({ id: 1, name: 'x' });") },
      file: 'src/use.ts',
      line: 'addUser(',
      says: 'newly calls `addUser` without `email`',
    },
    {
      name: 'an interface asks for one more method, and a new class lacks it',
      base: { 'src/store.ts': store },
      a: { 'src/store.ts': store.replace('User | null;', 'User | null;\n  remove(key: string): void;') },
      b: {
        'src/memory.ts': lines(
          "import type { Store } from './store';",
          '',
          'export class MemoryStore implements Store {',
          '  get() {',
          '    return null;',
          '  }',
          '}',
        ),
      },
      file: 'src/memory.ts',
      line: 'implements Store',
      says: 'a adds `remove` to `Store`, but b newly has `MemoryStore`, which lacks it, in src/memory.ts.',
    },
    {
      name: 'an index hands on what is removed and newly used',
      base: { ...base, 'src/index.ts': "export * from './text';\n" },
      a: { 'src/text.ts': text.slice(text.indexOf('export function join')) },
      b: { 'test/words.ts': lines("import { parse } from '../src';", "export const words = parse('a b');") },
      file: 'test/words.ts',
      line: "parse('a b')",
      says: 'a removes `parse(text)`',
    },
    {
      name: 'a default export takes more',
      base: { 'src/load.ts': lines('export default function load(path: string) {', '  return path;', '}') },
      a: {
        'src/load.ts': lines(
          'export default function load(path: string, mode: number) {',
          '  return [path, mode];',
          '}',
        ),
      },
      b: { 'src/use.ts': lines("import read from './load';", "export const one = read('a');") },
      file: 'src/use.ts',
      line: "read('a')",
      says: 'with 1 argument',
    },
    {
      name: 'a member of an enumeration is removed that is newly used',
      base: { 'src/code.ts': lines('export enum Code {', '  Ok,', '  Missing,', '  Denied,', '}') },
      a: { 'src/code.ts': lines('export enum Code {', '  Ok,', '  Denied,', '}') },
      b: { 'src/use.ts': lines("import { Code } from './code';", 'export const one = Code.Missing;') },
      file: 'src/use.ts',
      line: 'Code.Missing',
      says: '`Code.Missing`',
    },
    {
      name: 'a module is newly used as a whole',
      base,
      a: { 'src/text.ts': changed },
      b: { 'src/words.ts': lines("import * as text from './text.js';", "export const words = text.parse('a');") },
      file: 'src/words.ts',
      line: 'text.parse(',
      says: '`parse(text, separator)`',
    },
    {
      name: 'a package of the workspace is newly used',
      base: { 'packages/core/src/text.ts': text, 'packages/app/src/main.ts': 'export const one = 1;\n' },
      a: { 'packages/core/src/text.ts': changed },
      b: { 'packages/app/src/words.ts': callsParse.replace('./text', '@acme/core') },
      file: 'packages/app/src/words.ts',
      line: 'parse(',
      says: 'with 1 argument',
    },
    {
      name: 'what CommonJS hands out takes more',
      base: {
        'lib/text.js': lines('function parse(text) {', '  return text;', '}', '', 'module.exports = { parse };'),
      },
      a: {
        'lib/text.js': lines(
          'function parse(text, mode) {',
          '  return text + mode;',
          '}',
          '',
          'module.exports = { parse };',
        ),
      },
      b: { 'lib/use.js': lines("const { parse } = require('./text');", '', "parse('a');") },
      file: 'lib/use.js',
      line: "parse('a')",
      says: 'with 1 argument',
    },
  ]);
});

describe('no hazard signature: TypeScript', () => {
  itLetsPass('signature', [
    {
      name: 'an optional parameter is added',
      base,
      a: { 'src/text.ts': text.replace('text: string)', "text: string, separator = ' ')") },
      b: { 'src/words.ts': callsParse },
    },
    {
      name: 'the new call has what is newly asked for',
      base,
      a: { 'src/text.ts': text.replace('text: string)', 'text: string, separator?: string)') },
      b: { 'src/words.ts': callsParse.replace("'a b'", "'a b', ' '") },
    },
    {
      name: 'it was called before, and whoever changed it changed the call',
      base: { ...base, 'src/words.ts': `${callsParse}\n\n\nexport const other = 1;\n` },
      a: {
        'src/text.ts': changed,
        'src/words.ts': `${callsParse.replace("'a b'", "'a b', ' '")}\n\n\nexport const other = 1;\n`,
      },
      b: { 'src/words.ts': `${callsParse}\n\n\nexport const other = 2;\n` },
    },
    {
      name: 'the file that calls it is only moved, and the call was adapted where it was',
      base: { ...base, 'src/words.ts': callsParse },
      a: { 'src/text.ts': changed, 'src/words.ts': callsParse.replace("'a b'", "'a b', ' '") },
      b: { 'src/words.ts': null, 'src/list.ts': callsParse },
    },
    {
      name: 'another module has a function of this name',
      base: { ...base, 'src/other.ts': text },
      a: { 'src/text.ts': changed },
      b: { 'src/words.ts': callsParse.replace('./text', './other') },
    },
    {
      name: 'a package from elsewhere has a function of this name',
      base,
      a: { 'src/text.ts': changed },
      b: { 'src/words.ts': callsParse.replace('./text', 'text') },
    },
    {
      name: 'only the body, a comment and the layout change',
      base,
      a: {
        'src/text.ts': text
          .replace('parse(text: string)', '/** Words. */ parse(\n  text: string,\n)')
          .replace("split(' ')", "trim().split(' ')"),
      },
      b: { 'src/words.ts': callsParse },
    },
    {
      name: 'a parameter has another name',
      base,
      a: {
        'src/text.ts': text
          .replace('parse(text: string)', 'parse(source: string)')
          .replace('text.split', 'source.split'),
      },
      b: { 'src/words.ts': callsParse },
    },
    {
      name: 'a parameter takes more types than before',
      base,
      a: { 'src/text.ts': text.replace('parse(text: string)', 'parse(text: string | Buffer)') },
      b: { 'src/words.ts': callsParse },
    },
    {
      name: 'a file becomes the index of a folder',
      base,
      a: { 'src/text.ts': null, 'src/text/index.ts': text },
      b: { 'src/words.ts': callsParse },
    },
    {
      name: 'what is moved is handed on from where it was',
      base,
      a: {
        'src/text.ts': `export { parse } from './parse';\n${text.slice(text.indexOf('export function join'))}`,
        'src/parse.ts': text.slice(0, text.indexOf('export function join')),
      },
      b: { 'src/words.ts': callsParse },
    },
    {
      name: 'an index hands it on from another file now',
      base: { ...base, 'src/index.ts': "export * from './text';\n" },
      a: {
        'src/text.ts': text.slice(text.indexOf('export function join')),
        'src/parse.ts': text.slice(0, text.indexOf('export function join')),
        'src/index.ts': "export * from './text';\nexport * from './parse';\n",
      },
      b: { 'test/words.ts': lines("import { parse } from '../src';", "export const words = parse('a b');") },
    },
    {
      name: 'both changed it in the same way',
      base,
      a: { 'src/text.ts': changed },
      b: { 'src/text.ts': changed, 'src/words.ts': callsParse.replace("'a b'", "'a b', ' '") },
    },
    {
      name: 'something else of the same module is newly used',
      base,
      a: { 'src/text.ts': changed },
      b: { 'src/words.ts': lines("import { join } from './text';", "export const one = join(['a']);") },
    },
    {
      name: 'the file that newly calls it takes it from elsewhere on the other side',
      base,
      a: { 'src/text.ts': null, 'src/words.ts': text, 'src/main.ts': main.replace('./text', './words') },
      b: { 'src/main.ts': `${main}\n\nconsole.log(join(['c']));\nconsole.log(join([]));\n` },
    },
    {
      name: 'a field that is added may be left out',
      base: { 'src/store.ts': store },
      a: { 'src/store.ts': withEmail.replace('email:', 'email?:') },
      b: {
        'src/use.ts': lines("import type { User } from './store';", "export const one: User = { id: 1, name: 'x' };"),
      },
    },
    {
      name: 'a method of this name belongs to something else',
      base: { 'src/parser.ts': parser },
      a: { 'src/parser.ts': parser.replace('parse(strict: boolean)', 'parse(strict: boolean, limit: number)') },
      b: {
        'src/use.ts': lines(
          "import { Parser } from './parser';",
          '',
          "export const one = new Parser('a b');",
          "export const two = JSON.parse('1');",
          'export const other = { parse: (strict: boolean) => strict };',
          'other.parse(true);',
        ),
      },
    },
    {
      name: 'a name of its own hides the imported one',
      base,
      a: { 'src/text.ts': changed },
      b: {
        'src/words.ts': lines(
          "import { join } from './text';",
          'export function words(parse: (text: string) => string[]) {',
          "  return join(parse('a b'));",
          '}',
        ),
      },
    },
    {
      name: 'less is given back than could be expected',
      base: { 'src/find.ts': lines('export function find(key: string): string | undefined {', '  return key;', '}') },
      a: { 'src/find.ts': lines('export function find(key: string): string {', '  return key;', '}') },
      b: { 'src/use.ts': lines("import { find } from './find';", "export const one = find('a');") },
    },
  ]);
});
