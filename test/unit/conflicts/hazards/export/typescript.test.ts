import { itFinds, itLetsPass, lines } from '../codeCases';

const util = lines(
  'export function first(all: string[]): string {',
  "  return all[0] ?? '';",
  '}',
  '',
  'export function last(all: string[]): string {',
  "  return all.at(-1) ?? '';",
  '}',
);
const clamp = lines('export function clamp(x: number, most: number): number {', '  return Math.min(x, most);', '}', '');
const clampToo = lines('', 'export function clamp(value: number): number {', '  return Math.min(1, value);', '}');
const index = lines(
  "export { a } from './a';",
  "export { b } from './b';",
  "export { c } from './c';",
  "export { d } from './d';",
);
const stars = lines("export * from './a';", "export * from './b';", "export * from './c';", "export * from './d';");
const parts = { 'src/a.ts': 'export const a = 1;\n', 'src/b.ts': 'export const b = 1;\n' };
const parse = lines('export function parse(text: string) {', '  return text;', '}');

describe('hazard export: TypeScript', () => {
  itFinds('export', [
    {
      name: 'both add a function of one name to one file, at two places',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': clamp + util },
      b: { 'src/util.ts': util + clampToo },
      file: 'src/util.ts',
      line: 'clamp',
      says: 'Both a and b add `clamp` to src/util.ts, which then declares it twice.',
    },
    {
      name: 'the same function is added at two places',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': clamp + util },
      b: { 'src/util.ts': `${util}\n${clamp}` },
      file: 'src/util.ts',
      line: 'clamp',
      says: '`clamp`',
    },
    {
      name: 'a function here, a constant there',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': clamp + util },
      b: { 'src/util.ts': `${util}\nexport const clamp = 3;\n` },
      file: 'src/util.ts',
      line: 'clamp',
      says: '`clamp`',
    },
    {
      name: 'both add a method of one name to one class',
      base: {
        'src/list.ts': lines(
          'export class List {',
          '  one() {',
          '    return 1;',
          '  }',
          '',
          '  two() {',
          '    return 2;',
          '  }',
          '}',
        ),
      },
      a: {
        'src/list.ts': lines(
          'export class List {',
          '  reset() {',
          '    return 0;',
          '  }',
          '',
          '  one() {',
          '    return 1;',
          '  }',
          '',
          '  two() {',
          '    return 2;',
          '  }',
          '}',
        ),
      },
      b: {
        'src/list.ts': lines(
          'export class List {',
          '  one() {',
          '    return 1;',
          '  }',
          '',
          '  two() {',
          '    return 2;',
          '  }',
          '',
          '  reset(to: number) {',
          '    return to;',
          '  }',
          '}',
        ),
      },
      file: 'src/list.ts',
      line: 'reset',
      says: '`List.reset`',
    },
    {
      name: 'one name is handed on by the index from two modules',
      base: { ...parts, 'src/index.ts': index },
      a: { 'src/x.ts': parse, 'src/index.ts': `export { parse } from './x';\n${index}` },
      b: { 'src/y.ts': parse, 'src/index.ts': `${index}export { parse } from './y';\n` },
      file: 'src/index.ts',
      line: 'parse',
      says: 'Both a and b add `parse` to src/index.ts, which then exports it twice.',
    },
    {
      name: 'one name under which two things are handed on',
      base: { ...parts, 'src/index.ts': index },
      a: { 'src/x.ts': parse, 'src/index.ts': `export { parse as read } from './x';\n${index}` },
      b: { 'src/y.ts': 'export const read = 1;\n', 'src/index.ts': `${index}export { read } from './y';\n` },
      file: 'src/index.ts',
      line: 'read',
      says: '`read`',
    },
    {
      name: 'an index hands on two new modules whole that have a name in common',
      base: { ...parts, 'src/index.ts': stars },
      a: { 'src/x.ts': parse, 'src/index.ts': `export * from './x';\n${stars}` },
      b: { 'src/y.ts': parse, 'src/index.ts': `${stars}export * from './y';\n` },
      file: 'src/x.ts',
      line: 'parse',
      says: 'src/index.ts hands on `parse` twice: a adds one in src/x.ts, b another in src/y.ts.',
    },
    {
      name: 'a module handed on before gets the name of one that is newly handed on',
      base: { ...parts, 'src/index.ts': `${stars}export const version = 1;\n` },
      a: { 'src/a.ts': `export const a = 1;\n\n${parse}`, 'src/index.ts': `${stars}export const version = 2;\n` },
      b: { 'src/x.ts': parse, 'src/index.ts': `export * from './x';\n${stars}export const version = 1;\n` },
      file: 'src/a.ts',
      line: 'parse',
      says: '`parse` twice',
    },
    {
      name: 'both extend one index',
      base: { ...parts, 'src/index.ts': index },
      a: { 'src/x.ts': 'export const x = 1;\n', 'src/index.ts': `export { x } from './x';\n${index}` },
      b: { 'src/y.ts': 'export const y = 1;\n', 'src/index.ts': `${index}export { y } from './y';\n` },
      file: 'src/index.ts',
      line: "'./x'",
      says: 'Both extend src/index.ts: a with `x`, b with `y`.',
    },
    {
      name: 'both extend one index with whole modules',
      base: { ...parts, 'src/index.ts': stars },
      a: { 'src/x.ts': 'export const x = 1;\n', 'src/index.ts': `export * from './x';\n${stars}` },
      b: { 'src/y.ts': 'export const y = 1;\n', 'src/index.ts': `${stars}export * from './y';\n` },
      file: 'src/index.ts',
      line: "'./x'",
      says: 'all of `./x`',
    },
    {
      name: 'both give a file a default export',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': `export default 3;\n\n${util}` },
      b: { 'src/util.ts': `${util}\nexport default function main() {}\n` },
      file: 'src/util.ts',
      line: 'default',
      says: '`default`',
    },
  ]);
});

describe('no hazard export: TypeScript', () => {
  itLetsPass('export', [
    {
      name: 'both add functions of different names',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': clamp + util },
      b: { 'src/util.ts': util + clampToo.replace('clamp', 'limit') },
    },
    {
      name: 'both add the same lines at the same place',
      base: { 'src/util.ts': `${util}\nexport const one = 1;\n\n\n\nexport const two = 1;\n` },
      a: { 'src/util.ts': `${clamp}${util}\nexport const one = 1;\n\n\n\nexport const two = 1;\n` },
      b: { 'src/util.ts': `${clamp}${util}\nexport const one = 1;\n\n\n\nexport const two = 2;\n` },
    },
    {
      name: 'one side is stacked on the other',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': clamp + util },
      b: { 'src/util.ts': clamp + util, 'src/more.ts': 'export const more = 1;\n' },
    },
    {
      name: 'the same name in two files that no index joins',
      base: { 'src/util.ts': util },
      a: { 'src/x.ts': parse },
      b: { 'src/y.ts': parse },
    },
    {
      name: 'new modules that an index hands on whole have nothing in common, and only one side extends it',
      base: { ...parts, 'src/index.ts': stars },
      a: { 'src/x.ts': parse, 'src/index.ts': `export * from './x';\n${stars}` },
      b: { 'src/y.ts': parse },
    },
    {
      name: 'one extends the index, the other takes from it',
      base: { ...parts, 'src/index.ts': index },
      a: { 'src/x.ts': parse, 'src/index.ts': `export { parse } from './x';\n${index}` },
      b: { 'src/index.ts': index.replace("export { d } from './d';\n", '') },
    },
    {
      name: 'both write the same line into the index',
      base: { ...parts, 'src/index.ts': `${index}\n\n\nexport const version = 1;\n` },
      a: {
        'src/x.ts': parse,
        'src/index.ts': `export { parse } from './x';\n${index}\n\n\nexport const version = 1;\n`,
      },
      b: {
        'src/x.ts': parse,
        'src/index.ts': `export { parse } from './x';\n${index}\n\n\nexport const version = 2;\n`,
      },
    },
    {
      name: 'a file that happens to be an index has code of its own',
      base: { 'src/index.ts': util },
      a: { 'src/index.ts': clamp + util },
      b: { 'src/index.ts': util + clampToo.replace('clamp', 'limit') },
    },
    {
      name: 'both change one function in two places',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': util.replace('first(all: string[])', 'first(all: readonly string[])') },
      b: { 'src/util.ts': util.replace('last(all: string[])', 'last(all: readonly string[])') },
    },
    {
      name: 'methods of one name in two classes of one file',
      base: { 'src/list.ts': lines('export class A {', '  one() {}', '}', '', 'export class B {', '  one() {}', '}') },
      a: {
        'src/list.ts': lines(
          'export class A {',
          '  reset() {}',
          '  one() {}',
          '}',
          '',
          'export class B {',
          '  one() {}',
          '}',
        ),
      },
      b: {
        'src/list.ts': lines(
          'export class A {',
          '  one() {}',
          '}',
          '',
          'export class B {',
          '  one() {}',
          '  reset() {}',
          '}',
        ),
      },
    },
    {
      name: 'names within functions',
      base: { 'src/util.ts': util },
      a: { 'src/util.ts': util.replace("  return all[0] ?? '';", "  const none = '';\n  return all[0] ?? none;") },
      b: {
        'src/util.ts': util.replace("  return all.at(-1) ?? '';", "  const none = '';\n  return all.at(-1) ?? none;"),
      },
    },
  ]);
});
