import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../../git/git';
import { isFolder } from '../../git/layoutFiles';
import { errorCode } from '../paths';

/** Full ids anywhere; the lists of a stopped rebase or cherry-pick may hold shortened ones. */
const fullId = /\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g;
const shortId = /\b[0-9a-f]{7,64}\b/g;
const stoppedOperations = /^(?:sequencer|rebase-merge|rebase-apply)$/;
/** Submodules' own repositories, and files whose ids are of other things than commits. */
const passedOver = ['modules', 'index', 'index.lock'];

/**
 * Every object id that git's own files of a worktree name: HEAD and its reflog, ORIG_HEAD, MERGE_HEAD, per-worktree
 * refs, the state of stopped operations. Read from the files whatever they are called, so that what a newer git or
 * another program notes there is seen too. Some of the ids may be of no commit, or of none that exists.
 * @param o.adminDir `<common>/worktrees/<id>`
 * @param o.except names of further files there to pass over
 * @throws when a file cannot be read: then nobody knows what would be lost
 */
export async function namedIds(
  git: Git,
  o: { readonly worktree: string; readonly adminDir: string; readonly except?: readonly string[] },
): Promise<string[]> {
  const ids = new Set<string>();
  await collect(o.adminDir, fullId, ids, new Set([...passedOver, ...(o.except ?? [])]));
  // Refs in one binary file (git 2.45): there only git can tell.
  if (await isFolder(path.join(o.adminDir, 'reftable'))) {
    const asked = [
      ['reflog', '--format=%H', 'HEAD', '--'],
      ['for-each-ref', '--include-root-refs', '--format=%(objectname)'],
    ];
    for (const args of asked) {
      const { stdout } = await git.run(args, { cwd: o.worktree });
      for (const [id] of stdout.matchAll(fullId)) ids.add(id);
    }
  }
  return [...ids].filter((id) => !/^0+$/.test(id));
}

/** The ids in a branch's reflog, which goes when the branch is deleted. */
export async function reflogIds(commonDir: string, branch: string): Promise<string[]> {
  const ids = new Set<string>();
  await collectFile(path.join(commonDir, 'logs', 'refs', 'heads', branch), fullId, ids);
  return [...ids].filter((id) => !/^0+$/.test(id));
}

/** @param skipped names at the top, where `skipped` is given */
async function collect(
  folder: string,
  pattern: RegExp,
  ids: Set<string>,
  skipped?: ReadonlySet<string>,
): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (skipped?.has(entry.name) || entry.name.startsWith('sharedindex.')) continue;
    const file = path.join(folder, entry.name);
    const isList = skipped !== undefined && stoppedOperations.test(entry.name);
    if (entry.isDirectory()) await collect(file, isList ? shortId : pattern, ids);
    else if (entry.isFile()) await collectFile(file, pattern, ids);
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function collectFile(file: string, pattern: RegExp, ids: Set<string>): Promise<void> {
  try {
    for (const [id] of (await readFile(file, 'latin1')).matchAll(pattern)) ids.add(id);
  } catch (error) {
    // Locks and messages come and go.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
