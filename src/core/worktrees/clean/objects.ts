import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { placeOf } from '../../git/repository';
import { plainIndex, withIndexCopy } from './indexCopy';
import type { TrashDeps } from './journal';
import { ignoreMissing, trashParts } from './trash';

type Deps = Pick<TrashDeps, 'git' | 'layout'>;

interface Staged {
  readonly worktree: string;
  readonly adminDir: string;
  /** The archive's commit. */
  readonly commit: string;
  readonly trash: string;
}

/**
 * Packs into the trash what is staged and not in the archive's commit: an ignored file that was staged by force enters
 * no ref, so once the index is in the trash nothing keeps `git gc` from dropping what it names. Three processes as a
 * rule. @throws GitError
 */
export async function keepStagedObjects(deps: Deps, o: Staged): Promise<void> {
  const tree = await stagedTree(deps, o);
  const cwd = o.worktree;
  const question = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${o.commit}:index`];
  const { stdout } = await deps.git.run(question, { cwd, okExitCodes: [0, 1, 128] });
  if (stdout.trim() === tree) return;
  const args = ['pack-objects', '-q', '--revs', '--stdout'];
  const { stdoutBytes } = await deps.git.run(args, { cwd, input: `${tree}\n--not\n${o.commit}\n` });
  const file = path.join(o.trash, trashParts.objects);
  await writeFile(`${file}.new`, stdoutBytes, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Gives the repository back what `keepStagedObjects` packed; the pack stays. @throws GitError */
export async function returnStagedObjects({ git, layout }: Deps, trash: string): Promise<void> {
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
