import { type BytePath, joinPaths } from './bytePath';
import type { Git } from './git';
import type { GitPlace, TreeEntry } from './treeDiff';

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Contents of objects, in the order of their names; one process. null: there is none.
 * @param names as `git rev-parse` takes them, one character a byte: `<id>`, `<commit>:<path>`
 * @param maxBuffer bytes of all of them that are too many. Default: as the door has it
 * @throws GitError
 */
export async function readObjects(
  git: Git,
  at: GitPlace,
  names: readonly string[],
  signal?: AbortSignal,
  maxBuffer?: number,
): Promise<(GitObject | null)[]> {
  if (names.length === 0) return [];
  const { stdoutBytes } = await git.run([...at.args, 'cat-file', '--batch', '-z'], {
    cwd: at.cwd,
    env: { ...at.env },
    input: joinPaths(names),
    signal,
    ...(maxBuffer === undefined ? {} : { maxBuffer }),
  });
  let from = 0;
  return names.map((name) => {
    // git-cat-file(1), "BATCH OUTPUT": `<name> missing` LF, or `<id> <type> <size>` LF content LF. A name may hold line
    // breaks, so an answer is known by the name that was asked for.
    const missing = `${name} missing\n`;
    if (stdoutBytes.toString('latin1', from, from + missing.length) === missing) {
      from += missing.length;
      return null;
    }
    const end = stdoutBytes.indexOf(0x0a, from);
    const [id = '', type = '', size = '0'] = stdoutBytes.toString('latin1', from, end).split(' ');
    const start = end + 1;
    from = start + Number(size) + 1;
    return { id, type, content: stdoutBytes.subarray(start, from - 1) };
  });
}

/** Parses a tree object (gitformat-pack(5), tree.c): `<mode> <name>` NUL, the id's bytes. */
export function parseTree(content: Buffer, idBytes: number): Map<BytePath, TreeEntry> {
  const entries = new Map<BytePath, TreeEntry>();
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0, at);
    const [mode = ''] = content.toString('latin1', at, end).split(' ', 1);
    const id = content.subarray(end + 1, end + 1 + idBytes).toString('hex');
    entries.set(content.toString('latin1', at + mode.length + 1, end), { mode, id });
    at = end + 1 + idBytes;
  }
  return entries;
}
