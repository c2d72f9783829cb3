import { groupBy } from '../../../merge/questions';
import type { Call, CodeFacts, Import, Use } from '../../facts';
import type { SideFacts } from '../../parts';
import { deeper, moduleKey, partsOf, type Reaching, reachOf, reachOfNeighbours } from './modules';
import { type CodeFile, codeOf } from './sideCode';

/** A use that was not there before. */
export interface NewUse {
  readonly file: CodeFile;
  /** As in the file: `parse`, `util.parse`. */
  readonly written: string;
  readonly call: Call | null;
  readonly line: number;
  /** What it may mean: the first whose module has such a name. */
  readonly meanings: readonly Meaning[];
  /** It is only imported, or handed on. */
  readonly isImport: boolean;
}

export interface Meaning {
  readonly reach: Reaching;
  /** As its module declares it: `parse`, `Parser.parse`. */
  readonly name: string;
  /** The receiver only looks like one of this type: `parser` may be a `Parser`. */
  readonly guessed: boolean;
  /** By which import; null: without one. */
  readonly imported: Import | null;
}

const known = new WeakMap<SideFacts, ReadonlyMap<string, readonly NewUse[]>>();

/** The uses that a side adds, by the last part of the name of what they may mean. */
export function newUsesBy(side: SideFacts): ReadonlyMap<string, readonly NewUse[]> {
  const made = known.get(side) ?? makeNewUses(side);
  known.set(side, made);
  return made;
}

function makeNewUses(side: SideFacts): Map<string, NewUse[]> {
  const all = new Map<string, NewUse[]>();
  for (const file of codeOf(side).files) {
    // Where uses were not looked for, nothing is named that anybody changed (`readNamed.ts`).
    if (file.next === null || file.next.words !== undefined || file.old?.words !== undefined) continue;
    const scope = new Scope(file, file.next);
    for (const use of [...addedUses(file, file.next), ...addedImports(file, file.next)]) {
      const meanings = use.imported === undefined ? scope.meaningsOf(use.name) : scope.meaningsOfImport(use.imported);
      const made = {
        file,
        written: use.name,
        call: use.call,
        line: use.line,
        meanings,
        isImport: use.imported !== undefined,
      };
      for (const name of new Set(meanings.map((meaning) => partsOf(meaning.name).at(-1) ?? ''))) {
        const same = all.get(name);
        if (same === undefined) all.set(name, [made]);
        else same.push(made);
      }
    }
  }
  return all;
}

/** More often than before in this file, called in the same way. */
function addedUses({ file, old }: CodeFile, next: CodeFacts): (Use & { imported?: undefined })[] {
  const before = new Map<string, number>();
  for (const use of old?.uses ?? []) before.set(useKey(use), (before.get(useKey(use)) ?? 0) + 1);
  const now = groupBy(next.uses, useKey);
  return [...now].flatMap(([key, uses]) => {
    const added = uses.length - (before.get(key) ?? 0);
    if (added <= 0) return [];
    // Which of several is new is not known; where the file changed it is likelier.
    const changed = file.lines;
    const inside = uses.filter(({ line }) => changed === null || (line >= changed.first && line <= changed.last));
    return (inside.length >= added ? inside : uses).slice(-added);
  });
}

function useKey({ name, call }: Use): string {
  if (call === null) return name;
  const objects = call.objects?.map((keys) => keys?.join(' ') ?? '-').join(',') ?? '';
  return `${name}(${call.positional}|${[...call.keywords].sort().join(' ')}|${call.spread}|${objects})`;
}

function addedImports({ old }: CodeFile, next: CodeFacts) {
  const key = ({ from, name }: Import) => `${from} ${name}`;
  const before = new Set(old?.imports.map(key));
  return next.imports
    .filter((imported) => !before.has(key(imported)))
    .map((imported) => ({ name: imported.name, call: null, line: imported.line, imported }));
}

/** What names mean in one file. */
class Scope {
  readonly #code: CodeFacts;
  readonly #path: string;
  readonly #byLocal: Map<string, Import[]>;
  readonly #wildcards: readonly Import[];
  readonly #types: Map<string, Set<string>>;
  readonly #neighbours: Reaching | null;
  readonly #here: Reaching;

  constructor({ path }: CodeFile, code: CodeFacts) {
    this.#code = code;
    this.#path = path;
    const named = code.imports.filter(({ local }) => local !== null);
    this.#byLocal = groupBy(named, ({ local }) => partsOf(local ?? '').join('.'));
    this.#wildcards = code.imports.filter(({ name, local, reexport }) => name === '*' && local === null && !reexport);
    this.#types = new Map();
    for (const { name, type } of code.variables ?? []) {
      this.#types.set(name, (this.#types.get(name) ?? new Set()).add(partsOf(type).join('.')));
    }
    const key = moduleKey(code.language, path);
    this.#here = (other) => (other === key ? 'here' : null);
    this.#neighbours = reachOfNeighbours(code.language, path);
  }

  meaningsOfImport(imported: Import): Meaning[] {
    if (imported.name === '*' || imported.name === '') return [];
    return this.#imported(imported, [imported.name]).filter(({ name }) => name !== '');
  }

  /** @param written as in the file: `parse`, `util.parse`, `parser.parse` */
  meaningsOf(written: string): Meaning[] {
    const parts = partsOf(written);
    // What is asked of a call's result or of an expression has no name to look up.
    if (/^\.|\)/.test(written)) return [];
    return [...this.#direct(parts), ...this.#member(parts)];
  }

  #direct(parts: readonly string[]): Meaning[] {
    for (let count = parts.length; count > 0; count -= 1) {
      const imports = this.#byLocal.get(parts.slice(0, count).join('.'));
      if (imports === undefined) continue;
      return imports.flatMap((imported) => {
        const rest = parts.slice(count);
        return this.#imported(imported, imported.name === '*' ? rest : [imported.name, ...rest]);
      });
    }
    const { language } = this.#code;
    const own = this.#own(parts);
    if (own.length > 0) return own;
    const found = this.#wildcards.flatMap(({ from }) => {
      const reach = reachOf(language, this.#path, from);
      // `import static com.example.Util.*`
      const inClass = language === 'java' ? [meaning(reach, [partsOf(from).at(-1) ?? '', ...parts])] : [];
      return [meaning(reach, parts), ...inClass];
    });
    if (this.#neighbours !== null) found.push(meaning(this.#neighbours, parts));
    if (language === 'rust' && parts.length > 1) found.push(...this.#rustPath(parts));
    return found;
  }

  /** What the file declares itself; in Java a method is called by its bare name within its class. */
  #own(parts: readonly string[]): Meaning[] {
    const { language, declarations } = this.#code;
    const first = parts[0] ?? '';
    if (declarations.some(({ name }) => name === first)) return [meaning(this.#here, parts)];
    if (language !== 'java' || parts.length > 1) return [];
    return this.#members(first);
  }

  #members(member: string): Meaning[] {
    const found = this.#code.declarations.filter(({ name }) => name.endsWith(`.${member}`));
    return [...new Set(found.map(({ name }) => name))].map((name) => meaning(this.#here, name.split('.')));
  }

  #imported(imported: Import, parts: readonly string[]): Meaning[] {
    const { from, name } = imported;
    const { language } = this.#code;
    const by = (reach: Reaching, of: readonly string[]) => ({ ...meaning(reach, of), imported });
    const found = parts.length === 0 ? [] : [by(reachOf(language, this.#path, from), parts)];
    // What is imported may be a module itself.
    const [, ...below] = parts;
    if (name !== '*' && below.length > 0 && (language === 'python' || language === 'rust')) {
      found.push(by(reachOf(language, this.#path, deeper(language, from, name)), below));
    }
    return found;
  }

  /** `crate::text::parse`, and `text::parse` where `text` is a module below this one. */
  #rustPath(parts: readonly string[]): Meaning[] {
    return [1, 2].flatMap((count) => {
      if (parts.length <= count) return [];
      const from = parts.slice(0, -count).join('::');
      return [meaning(reachOf('rust', this.#path, from), parts.slice(-count))];
    });
  }

  /** `parser.parse`, where the file says of which type `parser` is, or where it is called like a type it knows. */
  #member(parts: readonly string[]): Meaning[] {
    const member = parts.at(-1);
    const receiver = parts.at(-2);
    if (member === undefined || receiver === undefined) return [];
    if (parts.length === 2 && (receiver === 'this' || receiver === 'self' || receiver === 'super')) {
      const own = receiver === 'super' ? [] : this.#members(member);
      if (own.length > 0) return own;
      const bases = new Set(this.#code.declarations.flatMap((declaration) => declaration.bases ?? []));
      return [...bases].flatMap((base) => this.#memberOf(partsOf(base), member, false));
    }
    if (this.#byLocal.has(receiver) && parts.length === 2) return [];
    const types = this.#types.get(receiver);
    if (types !== undefined) {
      return types.size === 1 ? [...types].flatMap((type) => this.#memberOf(partsOf(type), member, false)) : [];
    }
    const alike = [...this.#byLocal.keys()].filter((local) => looksLike(receiver, local));
    return alike.flatMap((local) => this.#memberOf([local], member, true));
  }

  #memberOf(type: readonly string[], member: string, guessed: boolean): Meaning[] {
    return this.#direct(type).map((of) => ({ ...of, name: `${of.name}.${member}`, guessed }));
  }
}

function meaning(reach: Reaching, parts: readonly string[]): Meaning {
  return { reach, name: parts.join('.'), guessed: false, imported: null };
}

/** `parser` and `_parser` look like a `Parser` or a `TextParser`. */
function looksLike(receiver: string, type: string): boolean {
  const bare = receiver.replace(/^[_#]+/, '').replaceAll('_', '');
  if (bare.length < 3 || !/^[A-Z]/.test(type)) return false;
  return type.toLowerCase() === bare.toLowerCase() || type.endsWith(bare.charAt(0).toUpperCase() + bare.slice(1));
}
