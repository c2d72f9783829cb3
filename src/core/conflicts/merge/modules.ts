import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, bytePath, onDisk, shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { gitDirOf, isFolder, readTrimmed, realpathOrNull } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import { isOrdinary } from './attributeFolders';
import type { MergeRecord } from './mergeRecords';

/** Said of a submodule whose repository, or a commit of it, was not found; what a merge would be is then not known. */
const missingTypes = ['CONFLICT (submodule not initialized)', 'CONFLICT (submodule history not available)'];

/** Paths of submodules that could not be looked into. */
export function missingModules(record: MergeRecord): BytePath[] {
  return record.messages.flatMap(({ type, paths }) => (missingTypes.includes(type) ? paths.slice(0, 1) : []));
}

/**
 * Gives git the submodules of the repository to look into: at each path a git directory that borrows the objects of
 * every clone of that submodule, of the main worktree and the linked ones, because a commit made in one worktree lies
 * only there.
 * @param folder the working folder of the merge. @param at for questions
 * @param commits whose `.gitmodules` name the submodules
 * @throws GitError cancelled, or the file system's error
 */
export async function layOutModules(
  deps: { readonly git: Git; readonly layout: RepositoryLayout },
  at: GitPlace,
  folder: string,
  o: {
    readonly paths: readonly BytePath[];
    readonly commits: readonly string[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const names = await moduleNames(deps.git, at, o.commits, o.signal);
  for (const name of o.paths.filter(isOrdinary)) {
    const clones = await clonesOf(deps.layout, name, [...(names.get(name) ?? [])]);
    if (clones.length > 0) await writeBorrower(onDisk(folder, `${name}/.git`), clones);
  }
}

/** Names by path, of all these commits: a path may have been given another name. */
async function moduleNames(
  git: Git,
  at: GitPlace,
  commits: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<BytePath, Set<string>>> {
  const names = new Map<BytePath, Set<string>>();
  for (const commit of new Set(commits)) {
    const args = ['config', '-z', '--blob', `${commit}:.gitmodules`, '--get-regexp', '^submodule\\..*\\.path$'];
    let text = '';
    try {
      text = (await git.run([...at.args, ...args], { cwd: at.cwd, env: { ...at.env }, signal })).stdout;
    } catch (error) {
      // Without the file, or with one that is damaged, git knows no names either.
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
    }
    for (const entry of text.split('\0')) {
      const [, name, where] = /^submodule\.(.*)\.path\n(.*)$/s.exec(entry) ?? [];
      if (name === undefined || where === undefined) continue;
      const key = bytePath(where);
      names.set(key, (names.get(key) ?? new Set()).add(name));
    }
  }
  return names;
}

/** Git directories of all clones of one submodule, as real paths. */
async function clonesOf(layout: RepositoryLayout, name: BytePath, names: readonly string[]): Promise<string[]> {
  const linked = path.join(layout.commonDir, 'worktrees');
  const gitDirs = [layout.commonDir, ...(await readdir(linked).catch(() => [])).map((id) => path.join(linked, id))];
  const found = new Set<string>();
  for (const gitDir of gitDirs) {
    for (const module of names.filter((known) => isOrdinary(bytePath(known)))) {
      const clone = await realpathOrNull(path.join(gitDir, 'modules', module));
      if (clone !== null && (await isFolder(path.join(clone, 'objects')))) found.add(clone);
    }
    // One that was cloned by hand, or before git kept them under `modules`, lies in the checkout itself.
    const worktree =
      gitDir === layout.commonDir
        ? layout.mainWorktree
        : path.dirname((await readTrimmed(path.join(gitDir, 'gitdir'))) ?? '');
    const clone = worktree === null || worktree === '.' ? null : await gitDirOf(path.join(worktree, shownPath(name)));
    if (clone !== null) found.add(clone);
  }
  return [...found];
}

/** gitrepository-layout(5): the least that git takes for a repository. */
async function writeBorrower(gitDir: Buffer, clones: readonly string[]): Promise<void> {
  const inside = (name: string) => Buffer.concat([gitDir, Buffer.from(`${path.sep}${name}`)]);
  await mkdir(inside(path.join('objects', 'info')), { recursive: true });
  await mkdir(inside('refs'), { recursive: true });
  await writeFile(inside('HEAD'), 'ref: refs/heads/none\n');
  const objects = clones.map((clone) => quoted(path.join(clone, 'objects')));
  await writeFile(inside('objects/info/alternates'), `${objects.join('\n')}\n`);
  const shallow = await Promise.all(
    clones.map((clone) => readFile(path.join(clone, 'shallow'), 'utf8').catch(() => '')),
  );
  if (shallow.some((text) => text !== '')) await writeFile(inside('shallow'), shallow.join(''));
  const config = await readFile(path.join(clones[0] ?? '', 'config'), 'utf8').catch(() => '');
  const format = /^\s*objectformat\s*=\s*(sha256)\s*$/im.exec(config)?.[1];
  const lines =
    format === undefined ? [] : ['[core]', 'repositoryformatversion = 1', '[extensions]', `objectFormat = ${format}`];
  await writeFile(inside('config'), lines.join('\n'));
}

/** gitrepository-layout(5), "objects/info/alternates": one path a line; one that begins with a quote is in C style. */
function quoted(folder: string): string {
  return `"${folder.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;
}
