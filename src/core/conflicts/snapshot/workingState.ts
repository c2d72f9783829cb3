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
  /** Ignored; a folder ends in `/`. */
  readonly ignored: readonly BytePath[];
  /** Repositories inside that are no submodules; they end in `/`. */
  readonly repositories: readonly BytePath[];
  /** Passed over by git; a folder ends in `/`. */
  readonly unreadable: readonly { readonly path: BytePath; readonly why: string }[];
  /**
   * What could not be read and puts all the rest in doubt: rules of what is ignored, attributes, a name that did not
   * come through the warning. null: nothing.
   */
  readonly inDoubt: string | null;
}

/**
 * Arguments of the look. Whatever the user configured: every untracked file by name, of what is ignored no more than
 * what the rules name (a folder is not entered); renames are found when merging;
 * of submodules only which commit is checked out, for nothing else could be committed.
 */
export const statusArgs = [
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--untracked-files=all',
  '--ignored=matching',
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
  const ignored: BytePath[] = [];
  const repositories: BytePath[] = [];
  for (const line of splitPaths(z)) {
    if (line.startsWith('1 ')) changes.push(parseChange(line));
    // With every file listed, a folder stands for a repository in it.
    else if (line.startsWith('? ')) (line.endsWith('/') ? repositories : untracked).push(line.slice(2));
    else if (line.startsWith('! ')) ignored.push(line.slice(2));
    else if (line.startsWith('u ')) unmerged.push(afterFields(line, 10));
    else if (line.startsWith('# branch.oid ')) head = isFullId(line.slice(13)) ? line.slice(13) : null;
  }
  return { head, unmerged, changes, untracked, ignored, repositories, ...parseWarnings(stderr) };
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
function parseWarnings(stderr: string): Pick<WorkingState, 'unreadable' | 'inDoubt'> {
  const rules = /^warning: unable to access '(.*\.git(?:ignore|attributes))': /m.exec(stderr);
  const folders = [...stderr.matchAll(/^warning: could not open directory '(.*?)\/?': (.*)$/gm)];
  // A tracked file that could not be looked at: `perror` with its name. git takes it for unchanged.
  const files = [...stderr.matchAll(/^(?!warning: |error: |fatal: )(.+): (.+)$/gm)].filter(([, , why = '']) =>
    lookErrors.has(why),
  );
  const garbled = [...folders, ...files].find(([, name = '']) => name.includes('\ufffd'));
  return {
    unreadable: [
      ...folders.map(([, name = '', why = '']) => ({ path: `${bytePath(name)}/`, why })),
      ...files.map(([, name = '', why = '']) => ({ path: bytePath(name), why })),
    ],
    inDoubt: rules?.[1] ?? garbled?.[1] ?? null,
  };
}

/** strerror(3) of what lstat(2) may say about a file that is there. */
const lookErrors: ReadonlySet<string> = new Set([
  'Permission denied',
  'Operation not permitted',
  'Input/output error',
  'Stale file handle',
  'Remote I/O error',
  'Transport endpoint is not connected',
  'Host is down',
  'Connection timed out',
  'File name too long',
  'Invalid argument',
]);
