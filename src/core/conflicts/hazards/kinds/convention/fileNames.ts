import type { FileFacts } from '../../facts';
import type { ChangedFile, Finding, FolderFacts, SideFacts } from '../../parts';
import { type CaseStyle, caseStyle, isUsual, type Majority, majorityOf } from './caseStyle';
import { endingOf, folderOf, isMatterOfTaste, nameOf } from './places';
import { styleGuide } from './styleGuide';

/** New files whose names are written in another style than those beside them. One finding a folder and style. */
export function judgeFileNames(side: SideFacts): Finding[] {
  const before = new Set(side.files.flatMap(({ path, next }) => (next === null ? [nameOf(path)] : [])));
  const found = new Map<
    string,
    { readonly rule: Majority<CaseStyle>; readonly style: CaseStyle; files: ChangedFile[] }
  >();
  for (const file of side.files) {
    const { path, old, next } = file;
    // A name that comes from elsewhere in the repository is not new.
    if (old !== null || next === null || !next.mode.startsWith('100') || before.has(nameOf(path))) continue;
    const odd = isMatterOfTaste(path) ? null : oddity(file, side);
    if (odd === null) continue;
    const key = `${folderOf(path)} ${endingOf(path)} ${odd.style}`;
    const same = found.get(key);
    if (same === undefined) found.set(key, { ...odd, files: [file] });
    else same.files.push(file);
  }
  return [...found].map(([, odd]) => finding(side, odd));
}

interface Odd {
  readonly rule: Majority<CaseStyle>;
  readonly style: CaseStyle;
}

function oddity({ path, next }: ChangedFile, side: SideFacts): Odd | null {
  const folder = side.folders.get(folderOf(path));
  const stem = stemOf(nameOf(path));
  const style = caseStyle(stem);
  if (folder === undefined || style === null || isHook(stem)) return null;
  const names = stemsBeside(folder, endingOf(path), side, folderOf(path));
  const rule = majorityOf(names);
  if (rule === null || rule.style === style || isUsual(names, style)) return null;
  if (rule.style === 'PascalCase' && hasManySmallNames(folder, endingOf(path), rule.count)) return null;
  const isCapitals = /^(?:camel|Pascal)/.test(rule.style) && /^(?:camel|Pascal)/.test(style);
  return isCapitals && isNamedByExport(stem, next?.facts ?? null, folder, rule.style) ? null : { rule, style };
}

/** `user-card.test.ts`, `user-card.d.ts`, `user_card_test.go`, `test_user_card.py`: all named after `user card`. */
function stemOf(name: string): string {
  const stem = name.slice(0, name.indexOf('.', 1) < 0 ? undefined : name.indexOf('.', 1));
  return stem.replace(/^test_|_(?:test|spec)$/, '');
}

/** React's rule for the names of hooks goes before the folder's. */
function isHook(stem: string): boolean {
  return /^use[A-Z]/.test(stem);
}

/** Names of the files with this ending as they were, without those that the side takes away. */
function stemsBeside(folder: FolderFacts, ending: string, side: SideFacts, at: string): Map<string, CaseStyle> {
  const gone = new Set(side.files.flatMap(({ path, next }) => (next === null ? [path] : [])));
  const names = new Map<string, CaseStyle>();
  for (const name of folder.names) {
    const stem = stemOf(name);
    const style = endingOf(name) === ending && !isHook(stem) ? caseStyle(stem) : null;
    if (style !== null && !gone.has(at === '' ? name : `${at}/${name}`)) names.set(stem, style);
  }
  return names;
}

/** Small names (`utils.ts`, `theme.ts`) fit each style but this one: there, capitals are for some kind of file only. */
function hasManySmallNames(folder: FolderFacts, ending: string, capitals: number): boolean {
  const small = folder.names.filter(
    (name) => endingOf(name) === ending && /^[a-z][a-z0-9]*$/.test(stemOf(name)) && !/^(?:index|main)\./.test(name),
  );
  return small.length * 4 > capitals;
}

/**
 * Where files are named exactly as what they export, a class and a function give names of two styles by one rule.
 * A folder in which one file is named otherwise than its export (`userCard.tsx` of `UserCard`) has a style of its own.
 */
function isNamedByExport(stem: string, facts: FileFacts | null, folder: FolderFacts, rule: CaseStyle): boolean {
  if (facts?.code == null) return true;
  const own = namesake(stem, facts);
  // Helpers of many names, or a default export: such a file cannot be named by what it exports.
  if (own === null) return true;
  if (own !== stem) return false;
  return [...folder.files].every(([name, each]) => {
    const theirs = caseStyle(stemOf(name)) === rule ? namesake(stemOf(name), each) : null;
    return theirs === null || theirs === stemOf(name);
  });
}

/** What a file exports under its own name, whatever the capitals; null: nothing, or it is not known. */
function namesake(stem: string, facts: FileFacts | null): string | null {
  const names = (facts?.code?.declarations ?? []).filter(({ exported }) => exported).map(({ name }) => name);
  return names.includes(stem) ? stem : (names.find((name) => name.toLowerCase() === stem.toLowerCase()) ?? null);
}

function finding(side: SideFacts, { rule, style, files }: Odd & { readonly files: readonly ChangedFile[] }): Finding {
  const paths = files.map(({ path }) => path);
  const [first = ''] = paths;
  const more = paths.length === 1 ? '' : ` and ${paths.length - 1} more`;
  const kind = `${endingOf(first)} files`;
  return {
    kind: 'convention',
    subject: `${style} names of ${kind} in ${folderOf(first) || 'the top folder'}`,
    message: `${side.ref} names ${first}${more} in ${style}: ${rule.count} of the ${rule.all} ${kind} of several words beside it are in ${rule.style}, such as ${rule.example}${endingOf(first)}.`,
    files: paths,
    line: 1,
    at: 'a',
    prevention: styleGuide(side.rules, `how files in ${folderOf(first) || 'the top folder'} are named`),
  };
}
