import type { Git } from '../../git/git';
import { isFullId } from '../../git/refNames';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import type { ScratchPlace } from '../parts';
import { gone } from './cellError';

/** Where to ask about objects of the scratch store and of the repository. */
export function objectPlace(layout: RepositoryLayout, at: ScratchPlace): GitPlace {
  return { ...placeOf(layout), env: at.env };
}

export interface FoundObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: number;
}

/**
 * What names stand for, in their order; one process. null: nothing, or an object that is not kept here (a submodule's
 * commit).
 * @param names as `git rev-parse` takes them, one character a byte: `<id>`, `<commit>:<path>`
 * @throws GitError
 */
export async function findObjects(
  git: Git,
  at: GitPlace,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<(FoundObject | null)[]> {
  if (names.length === 0) return [];
  const input = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
  const args = [...at.args, 'cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)', '-z'];
  const { stdoutBytes } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, input, signal });
  const output = stdoutBytes.toString('latin1');
  let from = 0;
  return names.map((name) => {
    // The answer for what is missing repeats the name, which may hold line breaks.
    const missing = `${name} missing\n`;
    if (output.startsWith(missing, from)) {
      from += missing.length;
      return null;
    }
    const end = output.indexOf('\n', from);
    const [id = '', type = '', bytes = ''] = output.slice(from, end).split(' ');
    from = end + 1;
    return isFullId(id) ? { id, type, bytes: Number(bytes) } : null;
  });
}

/** The content of a blob, or why it is not shown. */
export type BlobContent =
  | { readonly kind: 'text'; readonly content: Buffer }
  | { readonly kind: 'binary' | 'too-large'; readonly bytes: number };

/** git looks as far for a NUL before it calls a content binary (xdiff-interface.c, `buffer_is_binary`). */
const lookedAtBytes = 8000;

/**
 * Reads a blob. @param id full id. @param most larger ones are not read, in bytes
 * @throws CellError `gone`; GitError
 */
export async function readObject(
  git: Git,
  at: GitPlace,
  id: string,
  most: number,
  signal?: AbortSignal,
): Promise<BlobContent> {
  if (!isFullId(id)) throw gone();
  const [found] = await findObjects(git, at, [id], signal);
  if (found?.type !== 'blob') throw gone();
  if (found.bytes > most) return { kind: 'too-large', bytes: found.bytes };
  const args = [...at.args, 'cat-file', 'blob', id];
  const { stdoutBytes } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, maxBuffer: most + 1024, signal });
  const binary = stdoutBytes.subarray(0, lookedAtBytes).includes(0);
  return binary ? { kind: 'binary', bytes: found.bytes } : { kind: 'text', content: stdoutBytes };
}
