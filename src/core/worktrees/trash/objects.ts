import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isFullId } from '../../git/refNames';
import { placeOf } from '../../git/repository';
import { namedIds, reflogIds } from '../state/admin';
import { plainIndex, withIndexCopy } from '../state/indexCopy';
import type { TrashDeps } from './journal';
import { ignoreMissing, trashParts } from './trash';

type Deps = Pick<TrashDeps, 'git' | 'layout'>;

interface Staged {
  /** Short name of the branch it is on. */
  readonly branch: string | null;
  readonly worktree: string;
  readonly adminDir: string;
  /** The archive's commit. */
  readonly commit: string;
  readonly trash: string;
}

/**
 * Packs into the trash what index and git's own files of the worktree name and the archive's commit does not lead to:
 * an ignored file that was staged by force, and commits that hold such files, enter no ref, so once they are in the
 * trash alone nothing keeps `git gc` from dropping them. Five short processes. @throws GitError
 */
export async function keepOwnObjects(deps: Deps, o: Staged): Promise<void> {
  const { git, layout } = deps;
  const ids = [...(await namedIds(git, o)), ...(o.branch === null ? [] : await reflogIds(layout.commonDir, o.branch))];
  const found = ids.length === 0 ? [] : await existing(deps, o, ids);
  const wanted = [await stagedTree(deps, o), ...found];
  const { stdoutBytes } = await git.run(['pack-objects', '-q', '--revs', '--stdout'], {
    cwd: o.worktree,
    // The tree by itself too: of a commit alone git does not look into it.
    input: [...wanted, '--not', o.commit, `${o.commit}^{tree}`].map((line) => `${line}\n`).join(''),
  });
  // gitformat-pack(5): `PACK`, the version, the number of objects.
  if (stdoutBytes.readUInt32BE(8) === 0) return;
  const file = path.join(o.trash, trashParts.objects);
  await writeFile(`${file}.new`, stdoutBytes, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Not everything that looks like an id is one, and a reflog outlives its commits. */
async function existing({ git }: Deps, o: Staged, ids: readonly string[]): Promise<string[]> {
  const input = ids.map((id) => `${id}\n`).join('');
  const { stdout } = await git.run(['cat-file', '--batch-check=%(objectname)'], { cwd: o.worktree, input });
  return stdout.split('\n').filter((line) => isFullId(line));
}

/** Gives the repository back what `keepOwnObjects` packed; the pack stays. @throws GitError */
export async function returnOwnObjects({ git, layout }: Deps, trash: string): Promise<void> {
  const at = placeOf(layout);
  // What is to be added later (`git add -N`) stands in the index as the empty blob, which is in no tree.
  await git.run([...at.args, 'hash-object', '-w', '--stdin'], { cwd: at.cwd, read: false, input: '' });
  const pack = await readFile(path.join(trash, trashParts.objects)).catch(ignoreMissing);
  if (pack === undefined) return;
  await git.run([...at.args, 'unpack-objects', '-q'], { cwd: at.cwd, read: false, input: pack });
}

/**
 * The tree of everything staged. Not only the entries matter: an index remembers the trees it was written to, and git
 * calls a repository damaged that lacks one of them. The sides of a conflict are in the archive's commit.
 */
async function stagedTree({ git, layout }: Deps, o: Staged): Promise<string> {
  return withIndexCopy({ scratchDir: path.join(layout.storeDir, 'cache') }, o, async (env) => {
    const run = (args: string[], input?: Buffer) =>
      git.run([...plainIndex, ...args], {
        cwd: o.worktree,
        env,
        read: false,
        ...(input === undefined ? {} : { input }),
      });
    const sides = (await run(['ls-files', '--unmerged', '-z'])).stdoutBytes.toString('latin1').split('\0');
    const conflicted = sides.slice(0, -1).map((line) => `${line.slice(line.indexOf('\t') + 1)}\0`);
    if (conflicted.length > 0) {
      const input = Buffer.from(conflicted.join(''), 'latin1');
      await run(['update-index', '--force-remove', '-z', '--stdin'], input);
    }
    return (await run(['write-tree', '--missing-ok'])).stdout.trim();
  });
}
