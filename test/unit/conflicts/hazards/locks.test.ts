import assert from 'node:assert/strict';
import { readLock } from '../../../../src/core/conflicts/hazards/data/lock';
import { readManifest } from '../../../../src/core/conflicts/hazards/data/manifest';
import { UnreadableFile } from '../../../../src/core/conflicts/hazards/reader';
import { type Case, casesOf, type TrueCase } from './kindCases';
import { findingsOf, said } from './support';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** A package of a lock file: name, version, and what it needs in which range (or, of some managers, version). */
type Locked = readonly [name: string, version: string, needs?: Readonly<Record<string, string>>];

/** One manager's layout: the path of its lock file and how packages are written in it. */
interface Layout {
  readonly name: string;
  readonly path: string;
  readonly write: (all: readonly Locked[]) => string;
}

const fromEntries = <T>(all: readonly Locked[], make: (one: Locked) => readonly [string, T]) =>
  Object.fromEntries(all.map(make));

const npm = (lockfileVersion: number): Layout => ({
  name: `npm, layout ${lockfileVersion}`,
  path: 'package-lock.json',
  write: (all) =>
    json(
      lockfileVersion === 1
        ? {
            lockfileVersion,
            dependencies: fromEntries(all, ([name, version, needs]) => [
              name,
              { version, integrity: `sha-${name}`, requires: needs ?? {} },
            ]),
          }
        : {
            lockfileVersion,
            packages: {
              '': { name: 'x' },
              ...fromEntries(all, ([name, version, needs]) => [
                `node_modules/${name}`,
                { version, integrity: `sha-${name}`, dependencies: needs ?? {} },
              ]),
            },
          },
    ),
});

const block = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

const layouts: readonly Layout[] = [
  npm(1),
  npm(2),
  npm(3),
  {
    name: 'pnpm, layout 5',
    path: 'pnpm-lock.yaml',
    write: (all) =>
      `lockfileVersion: 5.4\n\npackages:\n${all
        .map(
          ([name, version, needs = {}]) =>
            `\n  /${name}/${version}:\n    resolution: {integrity: sha512-${name}==}\n    dependencies:\n${block(
              Object.entries(needs).map(([need, at]) => `      ${need}: ${at.slice(1)}`),
            )}    dev: false\n`,
        )
        .join('')}`,
  },
  {
    name: 'pnpm, layout 6',
    path: 'pnpm-lock.yaml',
    write: (all) =>
      `lockfileVersion: '6.0'\n\npackages:\n${all
        .map(
          ([name, version, needs = {}]) =>
            `\n  /${name}@${version}:\n    resolution: {integrity: sha512-${name}==}\n    dependencies:\n${block(
              Object.entries(needs).map(([need, at]) => `      ${need}: ${at.slice(1)}`),
            )}    dev: false\n`,
        )
        .join('')}`,
  },
  {
    name: 'pnpm, layout 9',
    path: 'pnpm-lock.yaml',
    write: (all) =>
      `lockfileVersion: '9.0'\n\nsnapshots:\n${all
        .map(
          ([name, version, needs = {}]) =>
            `\n  ${name}@${version}:\n    dependencies:\n${block(
              Object.entries(needs).map(([need, at]) => `      ${need}: ${at.slice(1)}`),
            )}    optionalDependencies:\n      fsevents: 2.3.3\n`,
        )
        .join('')}`,
  },
  {
    name: 'bun',
    path: 'bun.lock',
    write: (all) =>
      `{\n  "lockfileVersion": 1,\n  "workspaces": {\n    "": { "name": "x", },\n  },\n  "packages": {\n${all
        .map(
          ([name, version, needs = {}]) =>
            `    "${name}": ["${name}@${version}", "", { "dependencies": ${JSON.stringify(needs)} }, "sha512-${name}"],\n\n`,
        )
        .join('')}  }\n}\n`,
  },
  {
    name: 'poetry, layout 2',
    path: 'poetry.lock',
    write: (all) =>
      `${all
        .map(
          ([name, version, needs = {}]) =>
            `[[package]]\nname = "${name}"\nversion = "${version}"\n\n[package.dependencies]\n${block(
              Object.entries(needs).map(
                ([need, at]) => `${need} = ">=${at.slice(1)},<${Number.parseInt(at.slice(1), 10) + 1}"`,
              ),
            )}\n`,
        )
        .join('')}[metadata]\nlock-version = "2.0"\ncontent-hash = "x"\n`,
  },
  {
    name: 'Cargo, layout 3',
    path: 'Cargo.lock',
    write: (all) =>
      `version = 3\n\n${all
        .map(
          ([name, version, needs = {}]) =>
            `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "registry"\nchecksum = "${name}"\ndependencies = [\n${block(
              Object.keys(needs).map((need) => ` "${need}",`),
            )}]\n`,
        )
        .join('\n')}`,
  },
  {
    name: 'bundler',
    path: 'Gemfile.lock',
    write: (all) =>
      `GEM\n  remote: https://rubygems.org/\n  specs:\n${all
        .map(
          ([name, version, needs = {}]) =>
            `    ${name} (${version})\n${block(Object.entries(needs).map(([need, at]) => `      ${need} (~> ${Number.parseInt(at.slice(1), 10)}.0)`))}`,
        )
        .join('')}\nDEPENDENCIES\n  alpha\n`,
  },
  {
    name: 'composer',
    path: 'composer.lock',
    write: (all) =>
      json({
        'content-hash': 'x',
        packages: all.map(([name, version, needs = {}]) => ({
          name: `v/${name}`,
          version: `v${version}`,
          require: { php: '>=8', ...Object.fromEntries(Object.entries(needs).map(([need, at]) => [`v/${need}`, at])) },
        })),
      }),
  },
  {
    name: 'yarn 1',
    path: 'yarn.lock',
    write: (all) =>
      `# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n\n${all
        .map(
          ([name, version, needs = {}]) =>
            `\n${name}@^${version}:\n  version "${version}"\n  resolved "https://x/${name}"\n  dependencies:\n${block(
              Object.entries(needs).map(([need, at]) => `    ${need} "${at}"`),
            )}`,
        )
        .join('')}`,
  },
  {
    name: 'yarn 4',
    path: 'yarn.lock',
    write: (all) =>
      `# This file is generated by running "yarn install" inside your project.\n\n__metadata:\n  version: 8\n${all
        .map(
          ([name, version, needs = {}]) =>
            `\n"${name}@npm:^${version}":\n  version: ${version}\n  resolution: "${name}@npm:${version}"\n  dependencies:\n${block(
              Object.entries(needs).map(([need, at]) => `    ${need}: "npm:${at}"`),
            )}  languageName: node\n`,
        )
        .join('')}`,
  },
];

const names = ['beta', 'delta', 'epsilon', 'gamma', 'kappa', 'lambda', 'omega'];
const rest: readonly Locked[] = names.map((name) => [name, '1.0.0']);
const [early, late] = [rest.slice(0, 4), rest.slice(4)];
const base: readonly Locked[] = [...early, ...late];
/** Needs beta, which all have in version 1. */
const needy: Locked = ['zeta', '1.0.0', { beta: '^1.0.0' }];
const raised: readonly Locked[] = base.map((one): Locked => (one[0] === 'beta' ? ['beta', '2.0.0'] : one));
const without: readonly Locked[] = base.filter(([name]) => name !== 'beta');

/** The line of what needs something, in the side that adds it. */
const lineOf = (text: string, shape: RegExp) => text.split('\n').findIndex((line) => shape.test(line)) + 1;
const zeta = /^\s*"?[[{]?\s*"?(?:\/|v\/|node_modules\/|name = "|name": "v\/)?"?zeta/;

const found: readonly TrueCase[] = layouts.flatMap(({ name, path, write }): TrueCase[] => {
  const b = write([...base, needy]);
  const line = lineOf(b, zeta);
  const kept = { base: { [path]: write(base) }, b: { [path]: b }, file: path, line };
  return [
    {
      name: `${name}: gone here, needed there`,
      ...kept,
      a: { [path]: write(without) },
      says: ['zeta', 'beta', 'regenerated'],
    },
    {
      name: `${name}: raised here, needed in the old version there`,
      ...kept,
      a: { [path]: write(raised) },
      says: ['zeta', 'beta'],
    },
  ];
});

const near: readonly Case[] = layouts.flatMap(({ name, path, write }): Case[] => [
  {
    name: `${name}: both add something`,
    base: { [path]: write(base) },
    a: { [path]: write([['alpha', '1.0.0', { gamma: '^1.0.0' }], ...base]) },
    b: { [path]: write([...base, needy]) },
  },
  {
    name: `${name}: something else is raised`,
    base: { [path]: write(base) },
    a: { [path]: write(base.map((one): Locked => (one[0] === 'gamma' ? ['gamma', '2.0.0'] : one))) },
    b: { [path]: write([...base, needy]) },
  },
  {
    name: `${name}: what was there already still needs what is raised`,
    base: { [path]: write([...base, needy]) },
    a: { [path]: write([...raised, ['zeta', '1.0.0', { beta: '^2.0.0' }]]) },
    b: { [path]: write([...base.slice(0, 3), ['eta', '1.0.0'], ...base.slice(3), needy]) },
  },
]);

const more: readonly TrueCase[] = [
  {
    name: 'yarn 1: a manifest needs what others needed before, and nobody does any more',
    base: { 'yarn.lock': layouts[11]?.write(base) ?? '', 'package.json': json({ dependencies: {} }) },
    a: { 'yarn.lock': layouts[11]?.write(without) ?? '' },
    b: { 'package.json': json({ dependencies: { beta: '^1.0.0' } }) },
    file: 'yarn.lock',
    line: 1,
    says: ['package.json', 'beta@^1.0.0'],
  },
  {
    name: 'two managers for one project',
    base: { 'package.json': json({}) },
    a: { 'package-lock.json': npm(3).write(base) },
    b: { 'yarn.lock': layouts[11]?.write(base) ?? '' },
    file: 'package-lock.json',
    line: 1,
    says: ['npm', 'yarn.lock', 'two managers'],
  },
];

const moreNear: readonly Case[] = [
  {
    name: 'a version that fits',
    base: { 'package-lock.json': npm(3).write(base) },
    a: { 'package-lock.json': npm(3).write(base.map((one): Locked => (one[0] === 'beta' ? ['beta', '1.4.0'] : one))) },
    b: { 'package-lock.json': npm(3).write([...base, needy]) },
  },
  {
    name: 'a nearer copy that the other side does not touch',
    base: { 'package-lock.json': npm(3).write(base) },
    a: { 'package-lock.json': npm(3).write(raised) },
    b: { 'package-lock.json': npm(3).write([...base, needy, ['zeta/node_modules/beta', '1.0.0']]) },
  },
  {
    name: 'an optional peer',
    base: { 'package-lock.json': npm(3).write(base) },
    a: { 'package-lock.json': npm(3).write(without) },
    b: {
      'package-lock.json': npm(3)
        .write([...base, ['zeta', '1.0.0']])
        .replace(
          '"integrity": "sha-zeta",',
          '"integrity": "sha-zeta",\n      "peerDependencies": { "beta": "^1.0.0" },\n      "peerDependenciesMeta": { "beta": { "optional": true } },',
        ),
    },
  },
  {
    name: 'go.sum: a union is good',
    base: { 'go.sum': 'b v1 h1:x=\nc v1 h1:x=\nd v1 h1:x=\ne v1 h1:x=\n' },
    a: { 'go.sum': 'a v1 h1:x=\nb v1 h1:x=\nc v1 h1:x=\nd v1 h1:x=\ne v1 h1:x=\n' },
    b: { 'go.sum': 'b v1 h1:x=\nc v1 h1:x=\nd v1 h1:x=\ne v1 h1:x=\nf v1 h1:x=\n' },
  },
];

describe('hazards: lock files', () => {
  casesOf('dependency', 'pair', { found: [...found, ...more], near: [...near, ...moreNear] });
});

describe('hazards: bad input of manifests and lock files', () => {
  const fork = (a: Record<string, string>) => ({
    base: {
      'packages/y/package.json': json({ dependencies: {} }),
      'packages/z/package.json': json({ dependencies: {} }),
    },
    a: { ...a, 'packages/z/package.json': json({ dependencies: { react: '^18.0.0' } }) },
    b: { 'packages/y/package.json': json({ dependencies: { react: '^17.0.0' } }) },
  });

  /** What is wrong with a file; the rest of its side is judged all the same. */
  async function named(path: string, text: string): Promise<string> {
    const { pair, unjudged } = await findingsOf(fork({ [path]: text }));
    assert.equal(pair.length, 1, said(pair).join('\n'));
    assert.match(pair[0]?.message ?? '', /react/);
    assert.deepEqual(
      unjudged.map((one) => one.path),
      [path],
    );
    return unjudged[0]?.why ?? '';
  }

  it('a package.json that is not JSON', async () => {
    assert.match(
      await named('package.json', '{\n  "dependencies": {\n    "a": "1",\n  }\n}\n'),
      /^not JSON: line 4, column 3 \(/,
    );
    assert.match(await named('package.json', ''), /^not JSON: line 1, column 1/);
    assert.match(await named('package.json', '// x\n{}\n'), /^not JSON: line 1, column 1/);
    assert.equal(await named('package.json', '[]\n'), 'not a JSON object');
  });

  it('a package.json in the middle of a merge', async () => {
    const text = '{\n<<<<<<< ours\n  "a": 1\n=======\n  "a": 2\n>>>>>>> theirs\n}\n';
    assert.match(await named('package.json', text), /^not JSON: line 2, column 1/);
  });

  it('a package.json whose parts are of other types than they should be', async () => {
    const odd = { dependencies: ['a'], devDependencies: { a: 1, b: null }, workspaces: 7, overrides: 'x', pnpm: [] };
    const facts = await readManifest.read('package.json', Buffer.from(json(odd)));
    assert.deepEqual(facts, { ecosystem: 'npm', packages: [], workspaces: [] });
  });

  it('a package.json with a byte order mark', async () => {
    const facts = await readManifest.read('package.json', Buffer.from(`\ufeff${json({ dependencies: { a: '1' } })}`));
    assert.deepEqual(facts?.packages, [{ name: 'a', range: '1', section: 'dependencies', line: 3 }]);
  });

  it('a package.json in an encoding that is not UTF-8', async () => {
    const utf16 = Buffer.from(json({ dependencies: {} }), 'utf16le');
    const latin1 = Buffer.from('{ "description": "\xe9" }', 'latin1');
    await assert.rejects(readManifest.read('package.json', latin1), new UnreadableFile('not UTF-8'));
    await assert.rejects(
      readManifest.read('package.json', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])),
      UnreadableFile,
    );
  });

  it('a package.json of a hundred thousand levels', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    await assert.rejects(readManifest.read('package.json', Buffer.from(deep)), new UnreadableFile('nested too deeply'));
  });

  it('TOML that is none', async () => {
    assert.match(await named('Cargo.toml', '[dependencies]\nserde = \n'), /^not TOML: line 2, column \d+$/);
    assert.match(await named('pyproject.toml', '[project\n'), /^not TOML: line 1, column \d+$/);
    assert.match(await named('Cargo.lock', '[[package]]\nname = "a"\nname = "b"\n'), /^not TOML: line 3, column \d+$/);
  });

  it('lock files of layouts that are not known', async () => {
    assert.match(await named('package-lock.json', json({ lockfileVersion: 12, packages: {} })), /npm in layout 12/);
    assert.match(await named('pnpm-lock.yaml', "lockfileVersion: '27.0'\n"), /pnpm in layout 27\.0/);
    assert.match(await named('bun.lock', '{ "lockfileVersion": 9, }\n'), /bun in layout 9/);
    assert.match(await named('Cargo.lock', 'version = 99\n'), /cargo in layout 99/);
    assert.match(await named('poetry.lock', '[metadata]\nlock-version = "9.0"\n'), /poetry in layout 9\.0/);
    assert.match(await named('uv.lock', 'version = 2\n'), /uv in layout 2/);
    assert.match(await named('yarn.lock', 'what is this\n'), /no lock file of yarn/);
    assert.match(await named('Gemfile.lock', 'what is this\n'), /no lock file of bundler/);
    assert.match(await named('composer.lock', 'what is this\n'), /^not JSON: line 1, column 1/);
    assert.match(await named('bun.lockb', '#!/usr/bin/env bun\n\u0000'), /binary layout/);
  });

  it('lock files in the middle of a merge', async () => {
    const marks = '<<<<<<< ours\n=======\n>>>>>>> theirs\n';
    assert.equal(await named('yarn.lock', `# yarn lockfile v1\n\n${marks}`), 'not merged: line 3, column 1');
    assert.equal(await named('pnpm-lock.yaml', `lockfileVersion: '9.0'\n${marks}`), 'not merged: line 2, column 1');
    assert.equal(await named('Gemfile.lock', `GEM\n${marks}`), 'not merged: line 2, column 1');
  });

  for (const { name, path, write } of layouts) {
    it(`${name}: what was written is read`, async () => {
      const facts = await readLock.read(path, Buffer.from(write([...base, needy])));
      const all = facts?.entries.filter(({ keys }) => keys.some((key) => /beta|zeta/.test(key))) ?? [];
      assert.equal(all.length, 2, JSON.stringify(facts));
      const needs = all.flatMap((entry) => entry.needs);
      assert.equal(needs.length, 1, JSON.stringify(all));
      assert.match(needs[0]?.key ?? '', /beta/);
    });
  }
});
