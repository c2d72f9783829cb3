import assert from 'node:assert/strict';
import { readCode } from '../../../../../src/core/conflicts/hazards/code/readCode';
import type { CodeFacts, Declaration, Import, Parameter } from '../../../../../src/core/conflicts/hazards/facts';

async function facts(text: string, path = 'a.ts'): Promise<CodeFacts> {
  const read = await readCode.read(path, Buffer.from(text));
  assert.ok(read !== null);
  return read;
}

/** `function parse(string): Tree`, with `- ` before what only this file knows. */
async function declared(text: string, path?: string): Promise<string[]> {
  const { declarations } = await facts(text, path);
  return declarations.map(({ kind, name, exported, signature }) =>
    `${exported ? '' : '- '}${kind} ${name} ${signature}`.trim(),
  );
}

async function declaration(text: string, name: string, path?: string): Promise<Declaration> {
  const found = (await facts(text, path)).declarations.find((each) => each.name === name);
  assert.ok(found !== undefined, `${name} is declared`);
  return found;
}

/** `a?: string` */
function shown(parameters: readonly Parameter[] | null): string[] | null {
  const marks = { optional: '?', rest: '…', required: '', keyword: 'k', 'optional-keyword': 'k?', keywords: 'kk' };
  return (
    parameters?.map(({ name, type, kind }) => `${name ?? '{}'}${marks[kind]}${type === null ? '' : `: ${type}`}`) ??
    null
  );
}

/** `./a: parse as p -> q` */
async function imported(text: string, path?: string): Promise<string[]> {
  const { imports } = await facts(text, path);
  const as = ({ name, local }: Import) => (local === null ? '' : local === name ? ' here' : ` as ${local}`);
  return imports.map(
    (each) => `${each.from}: ${each.name}${as(each)}${each.reexport === null ? '' : ` -> ${each.reexport}`}`,
  );
}

/** `parse(2)`, `parse(1…)`, `Options{a b}`, `Parser` */
async function used(text: string, path?: string): Promise<string[]> {
  const { uses } = await facts(text, path);
  return uses.map(({ name, call }) => {
    if (call === null) return name;
    const spread = call.spread ? '…' : '';
    return call.keywords.length > 0
      ? `${name}{${call.keywords.join(' ')}${spread}}`
      : `${name}(${call.positional}${spread})`;
  });
}

describe('hazards: code: TypeScript: declarations', () => {
  const cases: Record<string, [text: string, ...expected: string[]]> = {
    'a function': ['export function parse(text: string): Tree { return x; }', 'function parse (string): Tree'],
    'one of this file alone': ['function parse() {}', '- function parse'],
    'a constant that is a function': [
      'export const f = async (a: A, ...r: B[]) => 1;',
      'function f (A, ...B[]): Promise',
    ],
    'a generator': ['export function* walk(): Iterable<A> {}', 'function walk (): Iterable<A>'],
    'a constant': ['export const limit = 5;', 'constant limit number'],
    'a constant with a type': ['export const limit: Limit = 5;', 'constant limit Limit'],
    'a constant with the type of a function': ['export const f: (a: A) => B = g;', 'function f (A) => B'],
    'several constants': ['export const a = 1, b = "x";', 'constant a number', 'constant b string'],
    'what a pattern binds': ['export const { a, b: [c], ...d } = x;', 'constant a', 'constant c', 'constant d'],
    'an object and its members': [
      'export const api = { get(id: string) {}, post: (x: A): B => y, version: 1, other } as const;',
      'constant api const { get(id: string) {}, post: (x: A): B => y, version: 1, other }',
      'method api.get get(string)',
      'method api.post (A): B',
      'field api.version number',
      'field api.other other',
    ],
    'a class': [
      `export abstract class Parser<T> extends Base<T> implements A, B.C {
         static readonly max = 5;
         #hidden = 1;
         private secret = 2;
         protected near(): void {}
         constructor(readonly text: string, private at = 0) { super(); }
         parse(options?: Options): T { return x; }
         get done(): boolean { return true; }
         abstract next(): T;
       }`,
      'class Parser abstract class<T0> extends Base<T0> implements A implements B.C { constructor(string, number?); readonly done: boolean; static readonly max: number; abstract next(): T0; parse(Options?): T0; readonly text: string }',
      'field Parser.max static readonly max: number',
      'method Parser.parse parse(Options?): T0',
      'field Parser.done readonly done: boolean',
      'method Parser.next abstract next(): T0',
      'field Parser.text readonly text: string',
    ],
    'an interface': [
      'export interface Options extends A, B<C> { strict?: boolean, readonly max: number; read(a: A): B }',
      'interface Options interface extends A extends B<C> { readonly max: number; read(A): B; strict?: boolean }',
      'field Options.strict strict?: boolean',
      'field Options.max readonly max: number',
      'method Options.read read(A): B',
    ],
    'an interface in two parts': [
      'export interface A { a: 1 } export interface A { b: 2 }',
      'interface A interface { a: 1 } & interface { b: 2 }',
      'field A.a a: 1',
      'field A.b b: 2',
    ],
    'a type': ['export type Id<T> = string | Branded<T>;', 'type Id <T0>Branded<T0> | string'],
    'a type of members': ['type A = { a: string }; export type { A };', 'type A { a: string }', 'field A.a a: string'],
    'an enum': [
      'export enum Color { Red, Green = 2 }',
      'enum Color { Red, Green = 2 }',
      'constant Color.Red',
      'constant Color.Green 2',
    ],
    'a namespace': [
      'export namespace N { export function f(a: A): void {} const hidden = 1; }',
      'module N',
      'function N.f (A): void',
    ],
    'what is only declared': ['export declare function f(a: string): void;', 'function f (string): void'],
    'overloads without the body that serves them': [
      'export function f(a: string): A; export function f(a: number, b: B): A; export function f(a: any, b?: any) {}',
      'function f (string): A & (number, B): A',
    ],
    'a list of exports': [
      'function a() {} const b = 1; class C {} export { a, b as c }; export { C as default };',
      'function a ()',
      '- constant b number',
      'constant c number',
      '- class C class {  }',
      'class default class {  }',
    ],
    'a default export with a name': [
      'export default function parse(a: A) {}',
      '- function parse (A)',
      'function default (A)',
    ],
    'a default export without one': [
      'export default class { run(): void {} }',
      'class default class { run(): void }',
      'method default.run run(): void',
    ],
    'a default export of a value': [
      'export default { a: 1 };',
      'constant default { a: number }',
      'field default.a number',
    ],
    'a default export of something declared': [
      'const a = 1; export default a;',
      '- constant a number',
      'constant default number',
    ],
    'an assignment of all exports': [
      'class A { b = 1 } export = A;',
      '- class A class { b: number }',
      'class default class { b: number }',
      'field default.b b: number',
      'field b b: number',
    ],
  };
  for (const [title, [text, ...expected]] of Object.entries(cases)) {
    it(`reads ${title}`, async () => assert.deepEqual(await declared(text), expected));
  }

  it('reads a component of a .tsx file', async () => {
    const text = 'export const Button = <T,>({ label, size = 1 }: Props<T>) => <b onClick={() => go<T>()}>{label}</b>;';
    assert.deepEqual(await declared(text, 'a.tsx'), ['function Button <T0>(Props<T0>)']);
  });

  it('says where each stands', async () => {
    const { declarations } = await facts(
      '/** x */\nexport\nfunction a() {}\n\n@dec()\nexport class B {\n  c = 1;\n}\n',
    );
    assert.deepEqual(
      declarations.map(({ name, line }) => [name, line]),
      [
        ['a', 3],
        ['B', 6],
        ['B.c', 7],
      ],
    );
  });

  it('says what may be left out where one is made or extended', async () => {
    const text =
      'export interface O { a?: 1; b: 2; c?(): void } export abstract class P { a = 1; b() {} abstract c(): void }';
    const { declarations } = await facts(text);
    const optional = declarations.filter((each) => each.optional).map(({ name }) => name);
    assert.deepEqual(optional, ['O.a', 'O.c', 'P.a', 'P.b']);
  });

  it('names the bases', async () => {
    const text = 'export class A extends b.B<C> implements D<E>, F {}\nexport interface G extends H<I>, J.K {}';
    const { declarations } = await facts(text);
    assert.deepEqual(
      declarations.map(({ bases }) => bases),
      [
        ['b.B', 'D', 'F'],
        ['H', 'J.K'],
      ],
    );
  });
});

describe('hazards: code: TypeScript: parameters', () => {
  const cases: Record<string, [text: string, expected: string[] | null]> = {
    none: ['export function f() {}', []],
    'with types': [
      'export function f(a: string, b?: number, c = true, ...d: A[]) {}',
      ['a: string', 'b?: number', 'c?: boolean', 'd…: A[]'],
    ],
    patterns: ['export function f({ a }: A, [b]: B = x) {}', ['{}: A', '{}?: B']],
    'not the type of this': ['export function f(this: A, b: B) {}', ['b: B']],
    'of a constructor': ['export class f { private constructor(a: 1); constructor(b: B, readonly c?: C) {} }', null],
    'of a class that inherits its constructor': ['export class f extends B {}', null],
    'of a class without a constructor': ['export class f {}', []],
    'of overloads: as few and as many as any of them': [
      'export function f(a: string): A; export function f(a: number, b: B): C; export function f(...x: any[]): any {}',
      ['a', 'b?: B'],
    ],
    'one without parentheses': ['export const f = a => a;', ['a']],
  };
  for (const [title, [text, expected]] of Object.entries(cases)) {
    it(`reads ${title}`, async () => assert.deepEqual(shown((await declaration(text, 'f')).parameters), expected));
  }

  it('reads the result', async () => {
    assert.equal((await declaration('export function f(): Promise<A | null> {}', 'f')).result, 'Promise<A | null>');
    assert.equal((await declaration('export function f() {}', 'f')).result, null);
  });
});

describe('hazards: code: TypeScript: signatures that mean the same are the same', () => {
  const same: Record<string, [string, string]> = {
    'layout and comments': [
      'export function f(a: string, b: { c: number; d: A }): Map<string, A[]> {}',
      'export function f(\n  a: string, // the a\n  b: {\n    c: number /* c */,\n    d: A,\n  },\n): Map<\n  string,\n  A[]\n> {}',
    ],
    'names of parameters': [
      'export function f(a: A, cb: (x: X) => void) {}',
      'export function f(b: A, done: (y: X) => void) {}',
    ],
    'names in a type predicate': ['export function f(a: A): a is B {}', 'export function f(x: A): x is B {}'],
    'names of type parameters': [
      'export function f<T extends A>(a: T): T[] {}',
      'export function f<U extends A>(a: U): U[] {}',
    ],
    'the body': ['export function f(a: A): B { return 1; }', 'export function f(a: A): B { log(); return 2; }'],
    'the value that stands for one left out': ['export function f(a = 1) {}', 'export function f(a = 2) {}'],
    'order of alternatives': ["export type f = 'a' | 'b' | null;", 'export type f =\n  | null\n  | \'b\'\n  | "a";'],
    'order of members': ['export interface f { a: A; b(): B }', 'export interface f { b(): B; a: A }'],
    'kind of quotes': ["export type f = 'a';", 'export type f = "a";'],
    'the value of a constant': ['export const f = 10;', 'export const f = 20;'],
    'a function said in two ways': ['export const f = (a: A): B => x;', 'export function f(a: A): B {}'],
    'private members': ['export class f { a = 1; private b = 2; #c = 3 }', 'export class f { a = 1 }'],
    'an implementation behind overloads': [
      'export function f(a: A): B; export function f(a: any) {}',
      'export function f(a: A): B; export function f(...all: any[]) { go(); }',
    ],
    'parentheses around one type': ['export type f = (A);', 'export type f = A;'],
  };
  for (const [title, [one, other]] of Object.entries(same)) {
    it(title, async () => {
      assert.equal((await declaration(one, 'f')).signature, (await declaration(other, 'f')).signature);
    });
  }

  const other: Record<string, [string, string]> = {
    'a type': ['export function f(a: string) {}', 'export function f(a: number) {}'],
    'an optional parameter': ['export function f(a?: string) {}', 'export function f(a: string) {}'],
    'one parameter more': ['export function f(a: A) {}', 'export function f(a: A, b: B) {}'],
    'the result': ['export function f(): A {}', 'export function f(): B {}'],
    async: ['export function f() {}', 'export async function f() {}'],
    'a member': ['export interface f { a: A }', 'export interface f { a: A; b: B }'],
    'an optional member': ['export interface f { a: A }', 'export interface f { a?: A }'],
    'a key of an object': ['export const f = { a: 1 };', 'export const f = { a: 1, b: 2 };'],
    'what a type parameter must be': ['export type f<T> = T[];', 'export type f<T extends A> = T[];'],
    'a list of alternatives': ['export type f = (A | B)[];', 'export type f = A | B[];'],
    'the base': ['export class f extends A {}', 'export class f extends B {}'],
    'order of an enum': ['export enum f { A, B }', 'export enum f { B, A }'],
    'order of overloads': [
      'export interface f { (a: A): B; (c: C): D }',
      'export interface f { (c: C): D; (a: A): B }',
    ],
    'keys that a pattern takes': ['export function f({ a }) {}', 'export function f({ a, b }) {}'],
  };
  for (const [title, [one, two]] of Object.entries(other)) {
    it(`but not where ${title} differs`, async () => {
      assert.notEqual((await declaration(one, 'f')).signature, (await declaration(two, 'f')).signature);
    });
  }
});

describe('hazards: code: TypeScript: imports', () => {
  const cases: Record<string, [text: string, ...expected: string[]]> = {
    names: ["import { a, b as c, type D } from './x';", './x: a here', './x: b as c', './x: D here'],
    'a default and all': ["import d, * as all from './x';", './x: default as d', './x: * as all'],
    types: ["import type { A } from 'x'; import type B from 'y';", 'x: A here', 'y: default as B'],
    effects: ["import './x.css';", './x.css: '],
    'what is handed on': [
      "export { a, b as c, default as d } from './x'; export * from './y'; export * as z from './z'; export type { E } from './e';",
      './x: a -> a',
      './x: b -> c',
      './x: default -> d',
      './y: * -> *',
      './z: * -> z',
      './e: E -> E',
    ],
    'what is imported, then handed on': [
      "import { a, b } from './x'; export { a, b as c }; export default b;",
      './x: a here -> a',
      './x: b here -> c',
      './x: b -> default',
    ],
    require: ["import x = require('./x'); const y = require('y');", './x: * as x', 'y: * as y'],
    'import in the midst': [
      "const { a, b: c } = await import('./x'); const d = (await import('./y')).d; import('./z').then((z) => z.go());",
      './x: a here',
      './x: b as c',
      './y: d here',
      './z: *',
    ],
    'a type by its module': ["export type A = import('./x').B; let c: typeof import('./y');", './x: B', './y: *'],
  };
  for (const [title, [text, ...expected]] of Object.entries(cases)) {
    it(`reads ${title}`, async () => assert.deepEqual(await imported(text), expected));
  }
});

describe('hazards: code: TypeScript: uses', () => {
  const head =
    "import { a, b, Options, Parser, Base } from './x'; import * as ns from './ns'; import def from './def';\n";
  const cases: Record<string, [text: string, ...expected: string[]]> = {
    'a call': ['a(1, "x");', 'a(2)'],
    'a call with a list': ['a(1, ...rest);', 'a(1…)'],
    'a call of a default and of a member': ['def(); ns.deep.go(1);', 'def(0)', 'ns.deep.go(1)'],
    'a name': ['const x = [a, { b }];', 'a', 'b'],
    'a type': [
      'let x: Map<string, Options>; let y: ns.Thing<Options>; type Z = typeof a;',
      'Options',
      'ns.Thing',
      'Options',
      'a',
    ],
    'one that is made': ['new Parser(1, 2); new ns.Other();', 'Parser(2)', 'ns.Other(0)'],
    'a base': ['class X extends Base implements Options {}', 'Base', 'Options'],
    'a decorator': ['@a({ x: 1 }) class X { @b y = 1 }', 'a(1)', 'b'],
    'a template': ['a`x$' + '{b}`;', 'a(1…)', 'b'],
    'calls of what is returned': ['a(1).then(b(2)).c();', 'a(1)', 'b(1)'],
    'optional chains': ['ns?.deep!.go?.(1);', 'ns.deep.go(1)'],
    'a method of what was made': ['const p = new Parser(); p.parse(1);', 'Parser(0)', 'p.parse(1)'],
    'a method of what is said to be of a type': [
      'function f(p: Parser | null, q: string) { p?.parse(1); q.trim(); }',
      'Parser',
      'p.parse(1)',
    ],
    'a method of a field': [
      'class X { constructor(private readonly p: Parser) {} go() { this.p.parse(1); this.other.parse(2); } }',
      'Parser',
      'p.parse(1)',
    ],
    'a method of a private field': [
      'class X { readonly #p = new Parser(); #own() {} go() { this.#p.parse(1); this.#own(); } }',
      'Parser(0)',
      '#p.parse(1)',
    ],
    'a method of the base': [
      'class X extends Base { own() {} go() { super(1); super.run(2); this.run(3); this.own(4); } }',
      'Base',
      'Base(1)',
      'Base.run(1)',
      'Base.run(1)',
    ],
    'keys of a literal whose type is said': [
      'const o: Options = { a: 1, b, c() {} };',
      'Options',
      'Options{a b c}',
      'b',
    ],
    'keys of a literal with more in it': ['x({ a: 1, ...b } satisfies Options);', 'Options{a…}', 'b', 'Options'],
    'keys of literals in a list': [
      'const o: readonly Options[] = [{ a: 1 }, { b: 2 }];',
      'Options',
      'Options{a}',
      'Options{b}',
    ],
    'keys of what is returned': [
      'const f = async (): Promise<Options> => ({ a: 1 }); function g(): Options { return { b: 2 }; }',
      'Options{a}',
      'Options',
      'Options',
      'Options{b}',
    ],
    'not those of a part of a type': ['const o: Partial<Options> = { a: 1 };', 'Options'],
    'what a pattern takes': [
      'const { go, stop: s } = ns; function f({ max }: Options) {}',
      'ns.go',
      'ns.stop',
      'ns',
      'Options.max',
      'Options',
    ],
    'no name that means something else there': [
      'function f(a: string) { a(1); } { const b = 1; b; } try {} catch (def) { def(); } for (const a of x) a();',
    ],
    'a name that means something else next door': ['function f(a) { a(1); } a(2, 3);', 'a(2)'],
    'no key and no property': ['x.a = { b: 1 }; y.a(1); class Z { a() {} }'],
  };
  for (const [title, [text, ...expected]] of Object.entries(cases)) {
    it(`reads ${title}`, async () => assert.deepEqual((await used(head + text)).sort(), expected.sort()));
  }

  it('says where each stands', async () => {
    const { uses } = await facts("import { a } from './x';\n\nnow(\n  a(\n    a,\n  ),\n);\n");
    assert.deepEqual(
      uses.map(({ line }) => line),
      [4, 5],
    );
  });

  it('reads the keys of objects among the arguments', async () => {
    const { uses } = await facts("import { a } from './x'; a(1, { b, c: 2 }, { ...d });");
    assert.deepEqual(uses[0]?.call, { positional: 3, keywords: [], spread: false, objects: [null, ['b', 'c'], null] });
  });

  it('reads components, and no elements', async () => {
    const text =
      "import { Button, ui, div } from './x';\nconst a = <div><Button x={1} {...p}>a</Button><ui.Bar /></div>;";
    assert.deepEqual(await used(text, 'a.tsx'), ['div', 'Button', 'ui.Bar']);
  });

  it('names the variables of an imported type', async () => {
    const text =
      'class X { q = new Parser(); r?: ns.Thing<A>; go(s: Options[], t: string) { const u = x as Parser; this.v = new Parser(); } }';
    const { variables } = await facts(head + text);
    assert.deepEqual(
      variables?.map(({ name, type }) => `${name}: ${type}`),
      ['q: Parser', 'r: ns.Thing', 'u: Parser', 'v: Parser'],
    );
  });
});

describe('hazards: code: JavaScript', () => {
  const cases: Record<string, [text: string, ...expected: string[]]> = {
    'a module': [
      'export function f(a, b = 1, ...c) {}\nexport class G { x = 1; static y() {} }',
      'function f (any, number?, ...any)',
      'class G class { x: number; static y() }',
      'field G.x x: number',
      'method G.y static y()',
    ],
    'an object of exports': [
      'function a(x) {} module.exports = { a, b: a, c(x) {}, d: (y) => 1, e: 1, ...rest };',
      'function a (any)',
      'function b (any)',
      'function c c(any)',
      'function d (any)',
      'constant e number',
    ],
    'single exports': [
      'exports.a = function (x) {}; module.exports.b = b; function b() {} exports.c = exports.d = 1;',
      'function b ()',
      'function a (any)',
      'constant d number',
      'constant c number',
    ],
    'one thing as the whole module': [
      'function parse(text) {} parse.sync = function (text) {}; module.exports = parse;',
      '- function parse (any)',
      'function default (any)',
      'method default.sync (any)',
      'method sync (any)',
    ],
    'methods of a prototype': [
      'function Parser() {} Parser.prototype.parse = function (text) {}; exports.Parser = Parser;',
      'function Parser ()',
      'method Parser.parse (any)',
    ],
    'a component': [
      'export const Button = ({ label, size = 1 }) => <b>{label}</b>;',
      'function Button ({ label; size? })',
    ],
  };
  for (const [title, [text, ...expected]] of Object.entries(cases)) {
    it(`declares ${title}`, async () => assert.deepEqual(await declared(text, 'a.js'), expected));
  }

  const imports: Record<string, [text: string, ...expected: string[]]> = {
    'required names': [
      "const { a, b: c, ...d } = require('./x'); const e = require('y').f;",
      './x: a here',
      './x: b as c',
      './x: * as d',
      'y: f as e',
    ],
    'what is required for its effects': ["require('./x');", './x: '],
    'what is handed on': [
      "exports.a = require('./a'); exports.b = require('./b').c; module.exports = { ...require('./d'), e: require('./e') };",
      './a: * -> a',
      './b: c -> b',
      './d: * -> *',
      './e: * -> e',
    ],
    'a whole module that is another': ["module.exports = require('./lib/x');", './lib/x: * -> *'],
    'what is required later': ["function f() { const x = require('./x'); x.go(1); }", './x: * as x'],
  };
  for (const [title, [text, ...expected]] of Object.entries(imports)) {
    it(`imports ${title}`, async () => assert.deepEqual(await imported(text, 'a.cjs'), expected));
  }

  it('uses what is required', async () => {
    const text =
      "const x = require('./x'); const { y } = require('./y'); x.go(1); y(2, 3); function f() { const z = require('z'); z(); }";
    assert.deepEqual(await used(text, 'a.js'), ['x.go(1)', 'y(2)', 'z(0)']);
  });
});
