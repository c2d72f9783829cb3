import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { placeOf } from '../../git/repository';
import type { TrashDeps } from './journal';
import { ignoreMissing, trashParts } from './trash';

type Deps = Pick<TrashDeps, 'git' | 'layout'>;

/**
 * Packs into the trash what is staged and not in the archive's commit: an ignored file that was staged by force enters
 * no ref, so once the index is in the trash nothing keeps `git gc` from dropping what it names. One process as a rule.
 * @param o.commit the archive's commit @throws GitError
 */
export async function keepStagedObjects(
  { git }: Deps,
  o: { readonly worktree: string; readonly commit: string; readonly head: string | null; readonly trash: string },
): Promise<void> {
  const at = { cwd: o.worktree, okExitCodes: [0, 128] };
  const diff = (tree: string) =>
    git.run(['diff-index', '--cached', '--raw', '--no-abbrev', '--no-renames', '-z', tree, '--'], at);
  const kept = await diff(`${o.commit}:index`);
  // A commit of another form, or none at all: everything that HEAD does not have.
  const found = kept.exitCode === 0 ? kept : await diff(o.head ?? 'HEAD');
  const ids = stagedBlobs(found.stdoutBytes);
  if (ids.length === 0) return;
  const { stdoutBytes } = await git.run(['pack-objects', '-q', '--stdout'], {
    cwd: o.worktree,
    input: ids.map((id) => `${id}\n`).join(''),
  });
  const file = path.join(o.trash, trashParts.objects);
  await writeFile(`${file}.new`, stdoutBytes, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Gives the repository back what `keepStagedObjects` packed; the pack stays. @throws GitError */
export async function returnStagedObjects({ git, layout }: Deps, trash: string): Promise<void> {
  const file = path.join(trash, trashParts.objects);
  const pack = await readFile(file).catch(ignoreMissing);
  if (pack === undefined) return;
  const at = placeOf(layout);
  await git.run([...at.args, 'unpack-objects', '-q'], { cwd: at.cwd, read: false, input: pack });
}

/** git-diff-index(1), "Raw output format": `:<mode> <mode> <id> <id> <status> NUL <path> NUL`; submodules are not ours. */
function stagedBlobs(z: Buffer): string[] {
  const fields = z.toString('latin1').split('\0');
  const ids = new Set<string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode = '', , id = ''] = fields[i]?.split(' ') ?? [];
    if (mode.startsWith('1') && mode !== '160000' && !/^0*$/.test(id)) ids.add(id);
  }
  return [...ids];
}
