import { posix } from 'node:path';
import type { Language } from '../../facts';

/**
 * What a path is called as a module: whatever is imported the same way has the same key, so that a file that becomes a
 * folder's index, or changes its ending, stays what it was. By path alone: nothing is looked up on a disk.
 */
export function moduleKey(language: Language, path: string): string {
  switch (language) {
    case 'typescript':
    case 'javascript':
      return withoutIndex(path.replace(/(\.d)?\.[cm]?[jt]sx?$/, ''), 'index');
    case 'python':
      return withoutIndex(path.replace(/\.pyi?$/, ''), '__init__');
    case 'go':
      return folderOf(path);
    case 'rust':
      return withoutIndex(path.replace(/\.rs$/, ''), 'mod').replace(/(^|\/)src\/(lib|main)$/, '$1src');
    case 'java':
      return path.replace(/\.java$/, '');
  }
}

/** `here`: that very module. `through`: one below it, as an index hands it on. */
export type Reach = 'here' | 'through' | null;
/** Tells of a module's key whether it is meant. */
export type Reaching = (key: string) => Reach;

/**
 * The modules that an import may mean.
 * @param importer path of the file that imports
 * @param from as written there
 */
export function reachOf(language: Language, importer: string, from: string): Reaching {
  switch (language) {
    case 'typescript':
    case 'javascript':
      return reachOfScript(importer, from);
    case 'python':
      return reachOfPython(importer, from);
    case 'go':
      return reachOfGo(importer, from);
    case 'rust':
      return reachOfRust(importer, from);
    case 'java':
      return reachOfJava(from);
  }
}

/** Modules whose names a file of these languages may use without an import: the same package. */
export function reachOfNeighbours(language: Language, importer: string): Reaching | null {
  if (language === 'go') {
    const folder = folderOf(importer);
    return (key) => (key === folder ? 'here' : null);
  }
  if (language === 'java') {
    const own = packageOf(importer);
    return (key) => (packageOf(key) === own ? 'here' : null);
  }
  return null;
}

/** Joins what is imported to where from: a name may be a module too (`from a import b`, `use crate::a::b`). */
export function deeper(language: Language, from: string, name: string): string {
  if (language === 'rust') return `${from}::${name}`;
  return from.endsWith('.') ? from + name : `${from}.${name}`;
}

/** Parts of a name as written. */
export function partsOf(name: string): string[] {
  return name.split(/::|\?\.|->|\./).filter((part) => part !== '');
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function withoutIndex(path: string, index: string): string {
  if (path === index) return '';
  return path.endsWith(`/${index}`) ? path.slice(0, -index.length - 1) : path;
}

function at(base: string): Reaching {
  return (key) => {
    if (key === base) return 'here';
    return base === '' || key.startsWith(`${base}/`) ? 'through' : null;
  };
}

const nowhere: Reaching = () => null;

/** Relative; `@/…`, `~/…` and paths of a `tsconfig.json` by how they end; packages of a workspace by their folder. */
function reachOfScript(importer: string, from: string): Reaching {
  if (/^\.{1,2}(\/|$)/.test(from)) {
    const joined = posix.join(folderOf(importer), from).replace(/\/$/, '');
    if (joined === '..' || joined.startsWith('../')) return nowhere;
    return at(moduleKey('typescript', joined === '.' ? '' : joined));
  }
  const alias = /^(?:[@~#$]\/|#)(.+)$/.exec(from)?.[1];
  if (alias !== undefined) return ending(moduleKey('typescript', alias));
  const parts = from.split('/');
  const inside = from.startsWith('@') ? parts.slice(1) : parts;
  const [name = '', ...rest] = inside;
  const below = moduleKey('typescript', rest.join('/'));
  const whole = moduleKey('typescript', inside.join('/'));
  return (key) => {
    const packaged = reachOfPackage(key, name, below);
    if (packaged !== null || rest.length === 0) return packaged;
    return key === whole || key.endsWith(`/${whole}`) ? 'here' : null;
  };
}

/** Folders whose folders are packages. */
export const workspaces: ReadonlySet<string> = new Set([
  'packages',
  'libs',
  'apps',
  'modules',
  'services',
  'plugins',
  'crates',
  'tools',
  'examples',
  'extensions',
]);

function reachOfPackage(key: string, name: string, below: string): Reach {
  const parts = key.split('/');
  const index = parts.findIndex((part, i) => part === name && workspaces.has(parts[i - 1] ?? ''));
  if (index < 0) return null;
  const inside = parts.slice(index + 1).filter((part, i) => !(i === 0 && (part === 'src' || part === 'lib')));
  return at(below)(inside.join('/'));
}

function ending(base: string): Reaching {
  return (key) => {
    if (key === base || key.endsWith(`/${base}`)) return 'here';
    return key.startsWith(`${base}/`) || key.includes(`/${base}/`) ? 'through' : null;
  };
}

function reachOfPython(importer: string, from: string): Reaching {
  const dots = /^\.*/.exec(from)?.[0].length ?? 0;
  const base = from.slice(dots).replaceAll('.', '/');
  if (dots > 0) {
    const up = posix.join(folderOf(importer), ...Array.from({ length: dots - 1 }, () => '..'));
    if (up.startsWith('..')) return nowhere;
    return at(posix.join(up, base).replace(/^\.\/?|\/$/g, ''));
  }
  // Roots of packages: the top, `src`, and every folder above whoever imports.
  return (key) => {
    for (const root of ['', ...rootsAbove(importer), 'src/', 'lib/', 'python/']) {
      const reach = key.startsWith(root) ? at(base)(key.slice(root.length)) : null;
      if (reach !== null) return reach;
    }
    return null;
  };
}

/** `a/b/` and `a/` above `a/b/c`. */
function rootsAbove(path: string): string[] {
  const parts = folderOf(path).split('/');
  return parts[0] === '' ? [] : parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`).reverse();
}

/** An import ends with the package's folder, told from where the module begins: the top or a folder above the importer. */
function reachOfGo(importer: string, from: string): Reaching {
  return (key) => {
    for (const root of ['', ...rootsAbove(importer)]) {
      const inside = `${key}/`.startsWith(root) ? key.slice(root.length) : null;
      if (inside === null) continue;
      if (inside !== '' && from.endsWith(`/${inside}`)) return 'here';
      if (inside === '' && /^[^/]+\.[^/]+(\/[^/]+){1,2}$/.test(from)) return 'through';
    }
    return null;
  };
}

function reachOfRust(importer: string, from: string): Reaching {
  const [first = '', ...rest] = from.split('::');
  const own = moduleKey('rust', importer);
  const crate = /^(.*?)(^|\/)src(?=\/|$)/.exec(own)?.[0] ?? folderOf(importer);
  if (first === 'crate') return at([crate, ...rest].join('/'));
  if (first === 'self') return at([own, ...rest].join('/'));
  if (first === 'super') {
    const up = rest.findIndex((part) => part !== 'super');
    const levels = 1 + (up < 0 ? rest.length : up);
    let base = own;
    for (let level = 0; level < levels; level += 1) base = folderOf(base);
    return at([base, ...rest.slice(levels - 1)].join('/'));
  }
  const child = at([own, first, ...rest].join('/'));
  return (key) => child(key) ?? reachOfCrate(key, first, rest) ?? ownCrate(importer, key, rest);
}

function reachOfCrate(key: string, name: string, rest: readonly string[]): Reach {
  const parts = key.split('/');
  const index = parts.findIndex((part, i) => part.replaceAll('-', '_') === name && parts[i + 1] === 'src');
  return index < 0 ? null : at(rest.join('/'))(parts.slice(index + 2).join('/'));
}

/** Programs and tests of a crate name it like any other: its name is not in a path where it lies at the top. */
function ownCrate(importer: string, key: string, rest: readonly string[]): Reach {
  if (!/^(tests|benches|examples|src\/bin)\/|^src\/main\.rs$/.test(importer)) return null;
  return rest.length === 0 ? null : at(['src', ...rest].join('/'))(key);
}

function reachOfJava(from: string): Reaching {
  const base = from.replaceAll('.', '/');
  return (key) => {
    if (key === base || key.endsWith(`/${base}`)) return 'here';
    return folderOf(key) === base || folderOf(key).endsWith(`/${base}`) ? 'through' : null;
  };
}

/** `com/example` of `src/test/java/com/example/ParserTest.java`. */
function packageOf(path: string): string {
  return folderOf(path).replace(/^(.*\/)?(java|src)\//, '');
}
