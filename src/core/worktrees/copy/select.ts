import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../../contract/events';
import type { Git } from '../../git/git';
import { errorCode } from '../paths';
import { anchoredBases, type CopyGlob, isUnder, reachesInto, readGlob } from './globs';
import { type Entry, EntrySet, listIgnored } from './ignored';

/** The file that says what every new worktree gets, in the syntax of gitignore(5). */
const includeFile = '.worktreeinclude';

export interface Selection {
  /** By path; none lies in another. */
  readonly entries: readonly Entry[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Which of the files that git ignores in the main worktree are asked for: by its `.worktreeinclude`, or by a glob. A
 * pattern that may match at any depth does not reach into a folder that is ignored as a whole (`.env` does not mean the
 * ones in `node_modules`); one that begins with a folder does.
 * @throws GitError
 */
export async function selectIgnored(
  git: Git,
  o: { main: string; globs: readonly string[]; signal?: AbortSignal | undefined },
): Promise<Selection> {
  const leftOut: LeftOut[] = [];
  const include = await readInclude(o.main, leftOut);
  const globs = readGlobs(o.globs, leftOut);
  if (include === null && globs.length === 0) return { entries: [], leftOut };
  const ignored = new EntrySet(await listIgnored(git, { ...o, rules: '--exclude-standard' }));
  const chosen: Entry[] = [];
  if (include !== null) {
    const named = await listIgnored(git, { ...o, rules: `--exclude-from=${path.join(o.main, includeFile)}` });
    chosen.push(...byInclude(named, ignored, anchoredBases(include)));
  }
  for (const glob of globs) {
    const found = await byGlob(git, glob, ignored, o);
    if (found.length === 0) await explainNothing(glob, o.main, leftOut);
    chosen.push(...found);
  }
  return { entries: outermost(chosen), leftOut };
}

async function readInclude(main: string, leftOut: LeftOut[]): Promise<string | null> {
  try {
    const file = path.join(main, includeFile);
    if ((await lstat(file)).isFile()) return await readFile(file, 'utf8');
    leftOut.push({ path: includeFile, why: 'it is not a plain file, so it is not read' });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      leftOut.push({ path: includeFile, why: `it cannot be read (${errorCode(error) ?? String(error)})` });
    }
  }
  return null;
}

function readGlobs(texts: readonly string[], leftOut: LeftOut[]): CopyGlob[] {
  const globs: CopyGlob[] = [];
  for (const text of new Set(texts)) {
    const glob = readGlob(text);
    if ('problem' in glob) leftOut.push({ path: text, why: glob.problem });
    else globs.push(glob);
  }
  return globs;
}

/** What both git's own rules and the include file's name. */
function byInclude(named: readonly Entry[], ignored: EntrySet, bases: readonly string[]): Entry[] {
  return named.flatMap((entry): readonly Entry[] => {
    const holder = ignored.holding(entry.path);
    if (holder === null) return entry.folder ? ignored.within(entry.path) : [];
    if (holder.path === entry.path) return [holder];
    return bases.some((base) => reachesInto(base, holder.path)) ? [entry] : [];
  });
}

async function byGlob(
  git: Git,
  glob: CopyGlob,
  ignored: EntrySet,
  o: { main: string; signal?: AbortSignal | undefined },
): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const entry of ignored) {
    if (glob.covering(entry.path) !== null) found.push(entry);
    else if (entry.folder && reachesInto(glob.base, entry.path)) found.push(...(await insideOf(git, glob, entry, o)));
  }
  return found;
}

/** The part of an ignored folder that a glob means. */
async function insideOf(
  git: Git,
  glob: CopyGlob,
  folder: Entry,
  o: { main: string; signal?: AbortSignal | undefined },
): Promise<Entry[]> {
  const start = isUnder(glob.base, folder.path) ? glob.base : folder.path;
  const files = await listIgnored(git, { ...o, rules: '--exclude-standard', within: start });
  return files.flatMap((file) => {
    const covering = glob.covering(file.path);
    return covering === null ? [] : [{ path: covering, folder: file.folder || covering !== file.path }];
  });
}

/** A path that somebody wrote out and that is there is expected to come along. */
async function explainNothing(glob: CopyGlob, main: string, leftOut: LeftOut[]): Promise<void> {
  if (glob.literal === null) return;
  const there = await lstat(path.join(main, glob.literal)).catch(() => null);
  if (there === null) return;
  const why = 'git does not ignore it in the main worktree, and only ignored files are brought along';
  leftOut.push({ path: glob.text, why });
}

function outermost(entries: readonly Entry[]): Entry[] {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const set = new EntrySet(sorted);
  return [...set].filter(({ path: name }) => {
    const parent = path.posix.dirname(name);
    return parent === '.' || set.holding(parent)?.folder !== true;
  });
}
