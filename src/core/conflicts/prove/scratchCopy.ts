import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../../git/git';
import { isFile } from '../../git/layoutFiles';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import { quotedPath } from '../../git/scratchObjects';
import type { ScratchPlace } from '../parts';

/** What has to differ from the repository's own configuration, and why it cannot change what a merge says. */
const overrides: Readonly<Record<string, string>> = {
  'core.bare': 'false',
  // No program of the user's but filters and merge drivers: those are what a merge is made with.
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  // All files are there, so that nothing is left out of the merge.
  'core.sparseCheckout': 'false',
  'core.splitIndex': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  // What people have agreed on about commits is no conflict.
  'merge.verifySignatures': 'false',
  // A recorded resolution is not copied along, and the copy records none.
  'rerere.enabled': 'false',
  // Submodules are compared by their commits, and not checked out.
  'submodule.recurse': 'false',
};

/** What of the repository's own folder decides how commits are merged; lists of paths of one worktree do not. */
const copied = ['info/attributes', 'info/exclude', 'info/grafts', 'shallow'];

/**
 * A repository of its own over the objects of another one: its configuration and attributes, no hooks, no refs. The other one is only read, and does not know of it.
 * @param folder ours, empty; the copy's files come to lie in it
 * @returns the copy's top folder
 * @throws GitError; system errors
 */
export async function makeScratchCopy(
  deps: { readonly git: Git; readonly layout: RepositoryLayout },
  at: ScratchPlace,
  folder: string,
  idLength: number,
): Promise<string> {
  const { commonDir } = deps.layout;
  const top = path.join(folder, 'copy');
  const gitDir = path.join(top, '.git');
  const hooks = path.join(folder, 'no-hooks');
  for (const dir of [hooks, ...['objects/info', 'refs', 'info'].map((name) => path.join(gitDir, name))]) {
    await mkdir(dir, { recursive: true });
  }
  await writeFile(path.join(gitDir, 'HEAD'), 'ref: refs/heads/switchyard-scratch-copy\n');
  await writeFile(path.join(gitDir, 'config'), await configText(deps, { top, hooks, idLength }));
  await writeFile(path.join(gitDir, 'objects', 'info', 'alternates'), alternates(commonDir, at));
  await writeFile(path.join(gitDir, 'packed-refs'), await replacements(deps));
  for (const name of copied) {
    const file = path.join(commonDir, name);
    if (await isFile(file)) await copyFile(file, path.join(gitDir, name));
  }
  return top;
}

/** Objects are read where they lie: in the scratch store and in the repository (gitrepository-layout(5)). */
function alternates(commonDir: string, at: ScratchPlace): string {
  const dirs = [at.env.GIT_OBJECT_DIRECTORY, path.join(commonDir, 'objects')];
  return dirs.map((dir) => (dir === undefined ? '' : `${quotedPath(dir)}\n`)).join('');
}

/**
 * The repository's configuration is included, not copied: so what it includes by relative paths is found. Only what
 * says of which kind the repository is git reads from the file itself (setup.c, `read_repository_format`).
 */
async function configText(
  { git, layout }: { readonly git: Git; readonly layout: RepositoryLayout },
  o: { readonly top: string; readonly hooks: string; readonly idLength: number },
): Promise<string> {
  const own = path.join(layout.commonDir, 'config');
  const args = ['config', '--file', own, '-z', '--get-regexp', '^extensions\\.'];
  const { stdout } = await git.run(args, { cwd: layout.commonDir, okExitCodes: [0, 1] });
  const extensions = new Map(
    stdout.split('\0').map((entry) => {
      const [key = '', value = 'true'] = entry.split('\n');
      return [key.toLowerCase(), value];
    }),
  );
  const lines = ['[core]', '\trepositoryformatversion = 1', '[extensions]'];
  lines.push(`\tobjectFormat = ${o.idLength === 64 ? 'sha256' : 'sha1'}`);
  const promisor = extensions.get('extensions.partialclone');
  if (promisor !== undefined) lines.push(`\tpartialClone = ${quotedValue(promisor)}`);
  lines.push('[include]', `\tpath = ${quotedValue(own)}`);
  const perWorktree = `${own}.worktree`;
  if (/^(true|yes|on|1)$/i.test(extensions.get('extensions.worktreeconfig') ?? '') && (await isFile(perWorktree))) {
    lines.push(`\tpath = ${quotedValue(perWorktree)}`);
  }
  for (const [key, value] of Object.entries({ ...overrides, 'core.hooksPath': o.hooks, 'core.worktree': o.top })) {
    const [section, name] = key.split('.');
    lines.push(`[${section}]`, `\t${name} = ${quotedValue(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** git-config(1), "Syntax": in quotes only these are special. */
function quotedValue(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;
}

/** Refs that replace objects (git-replace(1)) change histories, and so merge bases; no other ref is taken along. */
async function replacements({
  git,
  layout,
}: {
  readonly git: Git;
  readonly layout: RepositoryLayout;
}): Promise<string> {
  const at = placeOf(layout);
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', '--', 'refs/replace'];
  return (await git.run([...at.args, ...args], { cwd: at.cwd })).stdout;
}
