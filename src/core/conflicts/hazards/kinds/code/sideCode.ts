import { posix } from 'node:path';
import { groupBy } from '../../../merge/questions';
import type { CodeFacts, Declaration, Language } from '../../facts';
import type { ChangedFile, SideFacts } from '../../parts';
import { moduleKey } from './modules';

/** A changed file of code. */
export interface CodeFile {
  readonly path: string;
  readonly file: ChangedFile;
  readonly language: Language;
  /** null: it was not there. Of a file that came from elsewhere: what it said there. */
  readonly old: CodeFacts | null;
  /** null: it is not there any more. */
  readonly next: CodeFacts | null;
}

/** What a side does to a module: all changed files that are imported by one name. */
export interface ModuleChange {
  readonly key: string;
  readonly language: Language;
  readonly before: readonly Version[];
  readonly after: readonly Version[];
}

export interface Version {
  readonly path: string;
  readonly blob: string;
  readonly code: CodeFacts;
}

export interface SideCode {
  readonly files: readonly CodeFile[];
  readonly byPath: ReadonlyMap<string, CodeFile>;
  /** By key and language. */
  readonly modules: ReadonlyMap<string, ModuleChange>;
}

/** A side is held against many others: what is made of it alone is made once. */
const known = new WeakMap<SideFacts, SideCode>();

/** The code of a side, put together by modules. */
export function codeOf(side: SideFacts): SideCode {
  const made = known.get(side) ?? makeCode(side);
  known.set(side, made);
  return made;
}

function makeCode(side: SideFacts): SideCode {
  const changed = side.files.filter(isReadable);
  const origins = originsOf(changed);
  const files = changed.map((file): CodeFile => {
    const old = (file.old ?? origins.get(file)?.old)?.facts.code ?? null;
    const next = file.next?.facts.code ?? null;
    return { path: file.path, file, language: (next ?? old)?.language ?? 'typescript', old, next };
  });
  return { files, byPath: new Map(files.map((file) => [file.path, file])), modules: modulesOf(changed) };
}

/** All that is there of it is known: a file that cannot be read says nothing, and least of all that names are gone. */
function isReadable({ old, next }: ChangedFile): boolean {
  const versions = [old, next].filter((version) => version !== null);
  return versions.length > 0 && versions.every(({ facts }) => facts.code !== null);
}

/** Where added files came from: moved as they were, or moved and changed. */
function originsOf(files: readonly ChangedFile[]): Map<ChangedFile, ChangedFile> {
  const gone = files.filter(({ next }) => next === null);
  const origins = new Map<ChangedFile, ChangedFile>();
  if (gone.length === 0) return origins;
  const byPath = new Map(gone.map((file) => [file.path, file]));
  const named = new Map(gone.map((file) => [file, namesIn(file.old?.facts.code)]));
  for (const file of files) {
    if (file.old !== null) continue;
    const exact = file.movedFrom === null ? undefined : byPath.get(file.movedFrom);
    const origin = exact ?? mostAlike(file, named);
    if (origin !== undefined) origins.set(file, origin);
  }
  return origins;
}

/** Half of its names or more are in both: git follows such a file when it merges. */
function mostAlike(file: ChangedFile, gone: ReadonlyMap<ChangedFile, ReadonlySet<string>>): ChangedFile | undefined {
  const names = namesIn(file.next?.facts.code);
  let best: { file: ChangedFile; share: number } | undefined;
  for (const [other, others] of gone) {
    const same = [...names].filter((name) => others.has(name)).length;
    const whole = Math.max(names.size, others.size);
    const named = posix.basename(other.path) === posix.basename(file.path) ? 0.1 : 0;
    const share = whole === 0 ? 0 : same / whole + named;
    if (share >= 0.5 && share > (best?.share ?? 0)) best = { file: other, share };
  }
  return best?.file;
}

function namesIn(code: CodeFacts | null | undefined): Set<string> {
  if (code == null) return new Set();
  return new Set([...code.declarations.map(({ name }) => `: ${name}`), ...code.uses.map(({ name }) => name)]);
}

function modulesOf(files: readonly ChangedFile[]): Map<string, ModuleChange> {
  const modules = new Map<string, { key: string; language: Language; before: Version[]; after: Version[] }>();
  const add = (path: string, version: ChangedFile['old'], when: 'before' | 'after') => {
    const code = version?.facts.code;
    if (version == null || code == null) return;
    const key = moduleKey(code.language, path);
    const id = moduleId(code.language, key);
    const module = modules.get(id) ?? { key, language: code.language, before: [], after: [] };
    module[when].push({ path, blob: version.blob, code });
    modules.set(id, module);
  };
  for (const { path, old, next } of files) {
    add(path, old, 'before');
    add(path, next, 'after');
  }
  return modules;
}

/** TypeScript and JavaScript import each other. */
export function moduleId(language: Language, key: string): string {
  return `${language === 'javascript' ? 'typescript' : language} ${key}`;
}

/** Whether files of both languages can name each other's things. */
export function canShare(a: Language, b: Language): boolean {
  return moduleId(a, '') === moduleId(b, '');
}

const byName = new WeakMap<CodeFacts, ReadonlyMap<string, readonly Declaration[]>>();

/** What a module declares under a name; several: it is overloaded. */
export function declaredIn(versions: readonly Version[], name: string): Declaration[] {
  return versions.flatMap(({ code }) => {
    const named = byName.get(code) ?? groupBy(code.declarations, (declaration) => declaration.name);
    byName.set(code, named);
    return named.get(name) ?? [];
  });
}
