import { lstat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { type BytePath, bytePath, joinPaths, onDisk, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { WorktreeError } from '../errors';
import { isAbsent } from '../paths';
import { plainIndex, withIndexCopy } from './indexCopy';
import type { CleanTarget } from './target';

interface DirtDeps {
  readonly git: Git;
  readonly scratchDir: string;
}

/** One tracked path whose staged or working state is not what HEAD has. */
export interface TrackedChange {
  readonly path: BytePath;
  /** Staged and unstaged state as git-status(1) letters them, `.` for unchanged. */
  readonly staged: string;
  readonly unstaged: string;
  readonly conflicted: boolean;
  readonly inHead: boolean;
  /** Mode of the index entry and of what lies in the worktree; `000000`: none. */
  readonly indexMode: string;
  readonly diskMode: string;
  /** For a submodule: what differs in it. */
  readonly submodule: { readonly commit: boolean; readonly files: boolean } | null;
}

/** An index entry with a stage: a side of a conflict. */
export interface StageEntry {
  readonly mode: string;
  readonly id: string;
  readonly stage: 1 | 2 | 3;
  readonly path: BytePath;
}

/** What git says about a worktree: read once, for the survey and for the archive. */
export interface Dirt {
  readonly changes: readonly TrackedChange[];
  readonly untracked: readonly BytePath[];
  /** A folder that is ignored as a whole ends in `/`. */
  readonly ignored: readonly BytePath[];
  /** Repositories in the worktree that are no submodules, without a `/` at the end. */
  readonly repositories: readonly BytePath[];
  /** Folders that could not be read: what is in them is not known. */
  readonly unreadable: readonly { readonly path: BytePath; readonly why: string }[];
  readonly stages: readonly StageEntry[];
  readonly submodules: readonly BytePath[];
  /** Entries whose file git was told not to look at (`update-index --assume-unchanged`, `--skip-worktree`). */
  readonly assumeUnchanged: readonly BytePath[];
  readonly skipWorktree: readonly BytePath[];
  /** Those of them whose file is not what the index has. */
  readonly overlooked: readonly BytePath[];
  /** Those skipped in the worktree whose file is not there; in a sparse checkout as a rule very many. */
  readonly absent: readonly BytePath[];
  /** Whether any file in the folder is tracked. */
  tracksIn(folder: BytePath): boolean;
}

/**
 * Asks git what lies in a worktree. Two git processes at once, a few more where git was told to overlook files; the
 * worktree's index is not written.
 * @throws GitError; WorktreeError git-failed when git could not read its own rules about what is ignored
 */
export async function readDirt(deps: DirtDeps, target: CleanTarget, signal?: AbortSignal): Promise<Dirt> {
  const { git } = deps;
  const cwd = target.worktree;
  const statusArgs = [
    'status',
    '--porcelain=v2',
    '-z',
    '--untracked-files=all',
    '--ignored=matching',
    '--ignore-submodules=none',
    '--no-renames',
    '--no-ahead-behind',
  ];
  const [status, index] = await Promise.all([
    git.run([...plainIndex, ...statusArgs], { cwd, signal, timeoutMs: longMs }),
    git.run([...plainIndex, 'ls-files', '-s', '-v', '-z'], { cwd, signal }),
  ]);
  const entries = parseIndex(index.stdoutBytes);
  const { repositories, ...dirt } = parseDirt(status.stdoutBytes);
  return {
    ...dirt,
    ...entries,
    repositories: [...repositories, ...(await inPlaceOfFiles(target.worktree, dirt.changes))],
    ...(await readOverlooked(deps, target, entries, signal)),
    unreadable: unreadableIn(status.stderr),
  };
}

/** Repositories where the index has a file: git lists such a file as changed or deleted, and passes the folder over. */
async function inPlaceOfFiles(worktree: string, changes: readonly TrackedChange[]): Promise<BytePath[]> {
  const inPool = pLimit(32);
  const suspects = changes.filter(
    ({ submodule, indexMode, diskMode }) =>
      submodule === null && indexMode !== none && (diskMode === none || diskMode === gitlink),
  );
  const found = await Promise.all(
    suspects.map(({ path }) => inPool(async () => ((await isThere(onDisk(worktree, `${path}/.git`))) ? path : null))),
  );
  return found.filter((path) => path !== null);
}

/** Of the entries that git was told to overlook, those whose file differs: asked with an index that is not told so. */
async function readOverlooked(
  deps: DirtDeps,
  target: CleanTarget,
  told: Pick<Dirt, 'assumeUnchanged' | 'skipWorktree'>,
  signal: AbortSignal | undefined,
): Promise<Pick<Dirt, 'overlooked' | 'absent'>> {
  // Without a file, skip-worktree is what a sparse checkout looks like.
  const present: BytePath[] = [];
  const absent: BytePath[] = [];
  for (const file of told.skipWorktree) {
    ((await isThere(onDisk(target.worktree, file))) ? present : absent).push(file);
  }
  if (present.length === 0 && told.assumeUnchanged.length === 0) return { overlooked: [], absent };
  const overlooked = await withIndexCopy(deps, target, async (env) => {
    const run = (args: string[], input?: Buffer) =>
      deps.git.run([...plainIndex, ...args], {
        cwd: target.worktree,
        env,
        signal,
        okExitCodes: [0, 1],
        ...(input === undefined ? {} : { input }),
      });
    await run(['update-index', '--no-assume-unchanged', '-z', '--stdin'], joinPaths(told.assumeUnchanged));
    await run(['update-index', '--no-skip-worktree', '-z', '--stdin'], joinPaths(present));
    await run(['update-index', '-q', '--refresh']);
    const asked = new Set([...told.assumeUnchanged, ...present]);
    const { stdoutBytes } = await run(['diff-files', '-z', '--name-only', '--ignore-submodules=none']);
    return splitPaths(stdoutBytes).filter((file) => asked.has(file));
  });
  return { overlooked, absent };
}

async function isThere(file: Buffer): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

function parseDirt(z: Buffer): Pick<Dirt, 'changes' | 'untracked' | 'ignored' | 'repositories'> {
  const changes: TrackedChange[] = [];
  const untracked: BytePath[] = [];
  const ignored: BytePath[] = [];
  const repositories: BytePath[] = [];
  for (const line of splitPaths(z)) {
    if (line.startsWith('1 ') || line.startsWith('u ')) {
      const change = parseChange(line);
      changes.push(change);
    } else if (line.startsWith('? ')) {
      // With every file listed, a folder stands for a repository in it.
      if (line.endsWith('/')) repositories.push(line.slice(2, -1));
      else untracked.push(line.slice(2));
    } else if (line.startsWith('! ')) {
      ignored.push(line.slice(2));
    }
  }
  return { changes, untracked, ignored, repositories };
}

/** Just after a checkout every file may have to be read again. */
const longMs = 300_000;

export const gitlink = '160000';
const none = '000000';

/**
 * `1 XY sub mH mI mW hH hI path`, or for a conflict `u XY sub m1 m2 m3 mW h1 h2 h3 path` (git-status(1), "Porcelain
 * Format Version 2").
 */
function parseChange(line: string): TrackedChange {
  const conflicted = line.startsWith('u ');
  const count = conflicted ? 10 : 8;
  const fields = line.split(' ', count);
  const [, xy = '', sub = ''] = fields;
  const [headMode = none, indexMode = none, diskMode = none] = conflicted
    ? [fields[4], fields[3], fields[6]]
    : fields.slice(3, 6);
  return {
    path: line.slice(fields.join(' ').length + 1),
    staged: xy.charAt(0),
    unstaged: xy.charAt(1),
    conflicted,
    inHead: headMode !== none,
    indexMode,
    diskMode,
    // A repository in the place of a tracked file is lettered `S` too.
    submodule:
      sub.startsWith('S') && (indexMode === gitlink || diskMode !== gitlink)
        ? { commit: sub.includes('C'), files: /[MU]/.test(sub) }
        : null,
  };
}

/** `<tag> SP <mode> SP <id> SP <stage> TAB <path>` of `git ls-files -s -v -z`. */
function parseIndex(z: Buffer): Pick<Dirt, 'stages' | 'submodules' | 'assumeUnchanged' | 'skipWorktree' | 'tracksIn'> {
  const stages: StageEntry[] = [];
  const submodules: BytePath[] = [];
  const assumeUnchanged: BytePath[] = [];
  const skipWorktree: BytePath[] = [];
  const text = z.toString('latin1');
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\0', at);
    const tab = text.indexOf('\t', at);
    const tag = text.charAt(at);
    const stage = text.charAt(tab - 1);
    // Nearly all entries are `H 1006…`: nothing to note.
    if (tag !== 'H' || stage !== '0' || text.startsWith(gitlink, at + 2)) {
      const file = text.slice(tab + 1, end);
      const [, mode = '', id = ''] = text.slice(at, tab).split(' ');
      if (mode === gitlink && submodules.at(-1) !== file) submodules.push(file);
      if (stage === '1' || stage === '2' || stage === '3') {
        stages.push({ mode, id, stage: stage === '1' ? 1 : stage === '2' ? 2 : 3, path: file });
      }
      if (tag !== tag.toUpperCase()) assumeUnchanged.push(file);
      if (tag.toUpperCase() === 'S') skipWorktree.push(file);
    }
    at = end + 1;
  }
  const tracksIn = (folder: BytePath) => text.includes(`\t${folder.replace(/\/$/, '')}/`);
  return { stages, submodules, assumeUnchanged, skipWorktree, tracksIn };
}

/**
 * Folders that git passed over with a warning (dir.c). A warning about a `.gitignore` that cannot be read is worse: then
 * what it ignores would look like work, and secrets would be kept where they must not be.
 */
function unreadableIn(stderr: string): Dirt['unreadable'] {
  const rules = /unable to access '(.*\.git(?:ignore|attributes))': (.*)/s.exec(stderr);
  if (rules !== null) {
    throw new WorktreeError(
      'git-failed',
      `${rules[1]} cannot be read (${firstLine(rules[2])}), so what git ignores is not known; make it readable.`,
    );
  }
  return [...stderr.matchAll(/^warning: could not open directory '(.*?)': (.*)$/gms)].map(
    ([, folder = '', why = '']) => ({
      path: bytePath(folder),
      why: firstLine(why),
    }),
  );
}

function firstLine(text = ''): string {
  return text.split('\n')[0] ?? '';
}
