import picomatch from 'picomatch';

/**
 * Whether a path is in a task's scope. Generous where a glob can be read in two ways: `src/db` is the folder too, and
 * `app/[id]/**` is the folder of that name (Next.js, SvelteKit) as well as the class of letters.
 * @param globs of the task. @returns for a path with `/`
 */
export function inScope(globs: readonly string[]): (path: string) => boolean {
  const all = globs
    .flatMap((glob) => [glob, ...literally(glob)])
    .flatMap((glob) => (isName(glob) ? [glob, `${glob}/**`] : [glob]));
  // However the system writes paths, git has `/`.
  return picomatch(all, { dot: true, windows: false });
}

/** Its last part says one name. */
function isName(glob: string): boolean {
  return !/[*?{]|[+@!]\(/.test(glob.slice(glob.lastIndexOf('/') + 1));
}

function literally(glob: string): string[] {
  return /[[\]()]/.test(glob) ? [glob.replace(/[[\]()]/g, '\\$&')] : [];
}

/** Plans are for people; what lies in a linked worktree is an inert copy. */
export function isPlanFile(path: string): boolean {
  return path === '.switchyard' || path.startsWith('.switchyard/');
}
