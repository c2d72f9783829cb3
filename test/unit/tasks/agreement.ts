import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from '../../../src/core/openRepository';
import { readArchives } from '../../../src/core/tasks/archives';
import { readRecords } from '../../../src/core/tasks/context';
import { runGit, worktreePaths } from '../support/repositories';

/** Every file of a worktree with its mode and content, what git says of it, and every commit its branch has. */
export async function picture(worktree: string): Promise<string> {
  const lines: string[] = [];
  await walk(worktree, '', lines);
  const [status, index, head, log] = await Promise.all([
    runGit(worktree, 'status', '--porcelain=v2', '--branch', '--untracked-files=all', '--ignored'),
    runGit(worktree, 'ls-files', '--stage', '-v'),
    runGit(worktree, 'rev-parse', '--symbolic-full-name', 'HEAD'),
    runGit(worktree, 'log', '--format=%H'),
  ]);
  return [...lines.sort(), status, index, head, log].join('\n');
}

async function walk(top: string, folder: string, lines: string[]): Promise<void> {
  for (const name of await readdir(path.join(top, folder))) {
    const file = path.join(folder, name);
    // Names the worktree's own git directory, whose id may be another after a restore.
    if (file === '.git') continue;
    const facts = await lstat(path.join(top, file));
    if (facts.isDirectory()) await walk(top, file, lines);
    else if (facts.isSymbolicLink()) lines.push(`${file} -> ${await readlink(path.join(top, file))}`);
    else lines.push(`${file} ${(facts.mode & 0o777).toString(8)} ${hash(await readFile(path.join(top, file)))}`);
  }
}

function hash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** Store, git and disk say the same: to be called after a reconcile, when nobody works any more. */
export async function assertAgreement(repository: Repository, root: string): Promise<void> {
  const { context, store } = repository;
  const records = [...(await readRecords(context)).values()];
  const archives = await readArchives(context);
  const listed = await worktreePaths(root);
  const linked = listed.filter((each) => each !== root);
  for (const at of listed) assert.equal((await lstat(path.join(at, '.git'))).isFile(), at !== root, at);
  const owned = records.flatMap(({ record }) => record.worktree?.path ?? []);
  for (const at of owned) assert.ok(linked.includes(at), `the store has ${at}, git has ${linked.join(', ')}`);
  assert.equal(new Set(owned).size, owned.length, 'two tasks have one worktree');

  const worktreeRoot = path.join(path.dirname(root), `${path.basename(root)}-worktrees`);
  const folders = (await list(worktreeRoot)).filter((name) => name !== '.trash');
  for (const name of folders) assert.ok(linked.includes(path.join(worktreeRoot, name)), `${name} is no worktree`);
  const trash = (await list(path.join(worktreeRoot, '.trash'))).filter((name) => !name.startsWith('.'));
  const kept = archives.filter(({ archive }) => trash.includes(archive.id)).map(({ archive }) => archive.id);
  assert.deepEqual(trash.sort(), kept.sort(), 'the trash holds what the store knows');
  const refs = (await runGit(root, 'for-each-ref', '--format=%(refname)', 'refs/switchyard/archive')).split('\n');
  const wanted = archives.map(({ archive }) => archive.ref);
  assert.deepEqual(refs.filter((each) => each !== '').sort(), wanted.sort(), 'the refs are what the store knows');

  const ports = records.flatMap(({ record }) => (record.worktree === null ? [] : (record.port ?? [])));
  assert.equal(new Set(ports).size, ports.length, 'two worktrees have one block of ports');
  assert.deepEqual(
    (await list(path.join(store.dir, 'locks'))).filter((name) => name.endsWith('.lock')),
    [],
    'no lock is left',
  );
  const left = (await list(path.join(store.dir, 'cache'))).filter((name) =>
    /^(journal|worktree-add|scratch)-/.test(name),
  );
  assert.deepEqual(left, [], 'nothing is left half done');
  const gitLocks = await findLocks(path.join(root, '.git'));
  assert.deepEqual(gitLocks, [], 'git has no lock left');
  await runGit(root, 'fsck', '--connectivity-only', '--no-dangling');
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function findLocks(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'objects' && entry.name !== 'switchyard')
      found.push(...(await findLocks(at)));
    else if (entry.name.endsWith('.lock')) found.push(at);
  }
  return found;
}
