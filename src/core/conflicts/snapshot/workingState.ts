import { type BytePath, bytePath, splitPaths } from '../../git/bytePath';
import { isFullId } from '../../git/refNames';

/** One tracked path that is not what HEAD has, as git-status(1) tells it. */
export interface Change {
  readonly path: BytePath;
  /** `.` for unchanged. */
  readonly staged: string;
  readonly unstaged: string;
  /** What HEAD has; null: nothing. */
  readonly head: { readonly mode: string; readonly id: string } | null;
  readonly indexMode: string;
  /** Of what lies on the disk; `000000`: nothing. */
  readonly diskMode: string;
}

/** What git says about a worktree. */
export interface WorkingState {
  /** null: no commit yet. */
  readonly head: string | null;
  readonly unmerged: readonly BytePath[];
  readonly changes: readonly Change[];
  readonly untracked: readonly BytePath[];
  /** Repositories inside that are no submodules; they end in `/`. */
  readonly repositories: readonly BytePath[];
  /** Passed over by git; a folder ends in `/`. */
  readonly unreadable: readonly { readonly path: BytePath; readonly why: string }[];
  /** A file of rules (what is ignored, which attributes) that git could not read; null: none. */
  readonly unreadableRules: string | null;
}

/**
 * Arguments of the look. Whatever the user configured: every untracked file by name; renames are found when merging;
 * of submodules only which commit is checked out, for nothing else could be committed.
 */
export const statusArgs = [
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--untracked-files=all',
  '--ignore-submodules=dirty',
  '--no-renames',
  '--no-ahead-behind',
];

export const gitlink = '160000';
export const nothing = '000000';

/** Parses the answer (git-status(1), "Porcelain Format Version 2") and the warnings beside it. */
export function parseWorkingState(z: Buffer, stderr: string): WorkingState {
  let head: string | null = null;
  const unmerged: BytePath[] = [];
  const changes: Change[] = [];
  const untracked: BytePath[] = [];
  const repositories: BytePath[] = [];
  for (const line of splitPaths(z)) {
    if (line.startsWith('1 ')) changes.push(parseChange(line));
    // With every file listed, a folder stands for a repository in it.
    else if (line.startsWith('? ')) (line.endsWith('/') ? repositories : untracked).push(line.slice(2));
    else if (line.startsWith('u ')) unmerged.push(afterFields(line, 10));
    else if (line.startsWith('# branch.oid ')) head = isFullId(line.slice(13)) ? line.slice(13) : null;
  }
  return { head, unmerged, changes, untracked, repositories, ...parseWarnings(stderr) };
}

/** `1 XY sub mH mI mW hH hI path` */
function parseChange(line: string): Change {
  const [, xy = '', , headMode = nothing, indexMode = nothing, diskMode = nothing, headId = ''] = line.split(' ', 8);
  return {
    path: afterFields(line, 8),
    staged: xy.charAt(0),
    unstaged: xy.charAt(1),
    head: headMode === nothing ? null : { mode: headMode, id: headId },
    indexMode,
    diskMode,
  };
}

function afterFields(line: string, count: number): string {
  let at = 0;
  for (let i = 0; i < count; i += 1) at = line.indexOf(' ', at) + 1;
  return line.slice(at);
}

/** git goes on without what it cannot read (dir.c, diff-lib.c, attr.c); its words are those of the C locale. */
function parseWarnings(stderr: string): Pick<WorkingState, 'unreadable' | 'unreadableRules'> {
  const rules = /^warning: unable to access '(.*\.git(?:ignore|attributes))': /m.exec(stderr);
  const folders = [...stderr.matchAll(/^warning: could not open directory '(.*?)\/?': (.*)$/gm)];
  // A tracked file in a folder that may not be entered: `perror` with its name.
  const files = [...stderr.matchAll(/^(?!warning: |error: |fatal: )(.+): (Permission denied)$/gm)];
  return {
    unreadable: [
      ...folders.map(([, name = '', why = '']) => ({ path: `${bytePath(name)}/`, why })),
      ...files.map(([, name = '', why = '']) => ({ path: bytePath(name), why })),
    ],
    unreadableRules: rules?.[1] ?? null,
  };
}
