import { strict as assert } from 'node:assert';
import { chmod, link, mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commitAll, makeRepository, runGit } from '../../support/repositories';

/** A worktree that is being made dirty. */
export interface Mess {
  readonly worktree: string;
  /** Counts up, so that every content is another one. */
  next(): number;
  /** Begins every content that git ignores: none of it may travel with a ref. */
  readonly secret: string;
  /** Files copied in, as the record of the task would name them. */
  readonly copied: string[];
  /** Tracked files whose changes git was told not to look at: a secret may stand there. */
  readonly hidden: Set<string>;
}

/** Makes one kind of dirt; `n` chooses among files. What git refuses in the state it is in counts as done. */
type Action = (mess: Mess, n: number) => Promise<unknown>;

/** A repository to take worktrees of: ten files, a submodule, rules, and a branch that conflicts with everything. */
export async function makeMessyRepository(dir: string): Promise<string> {
  const part = await makeRepository(dir, { name: 'part' });
  const root = await makeRepository(dir, { files: 10 });
  await writeFile(path.join(root, '.gitignore'), '*.env\nnode_modules/\n/local/\n');
  await writeFile(path.join(root, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await symlink('run.sh', path.join(root, 'link'));
  await runGit(root, 'submodule', '--quiet', 'add', part, 'libs/part');
  await commitAll(root, 'rules');
  await runGit(root, 'switch', '-q', '-c', 'clash');
  for (let i = 0; i < 3; i += 1) {
    await writeFile(path.join(root, tracked(i)), `clash ${i}\n`);
    await commitAll(root, `clash ${i}`);
  }
  await runGit(root, 'switch', '-q', 'main');
  return root;
}

function tracked(n: number): string {
  return `src/000/file-${String(n % 10).padStart(5, '0')}.txt`;
}

/** A secret in a tracked file, as people keep their passwords there; not through a link that others have to it. */
async function hide(mess: Mess, n: number, option: string, secret: boolean): Promise<void> {
  await git(mess, 'update-index', option, tracked(n));
  mess.hidden.add(tracked(n));
  if (!secret) return;
  await rm(path.join(mess.worktree, tracked(n)), { force: true });
  await put(mess, tracked(n), mess.secret);
}

/** What would make an ordinary file of a secret one is no dirt but another file. */
function refuseHidden(mess: Mess, n: number): void {
  assert.ok(!mess.hidden.has(tracked(n)), 'a secret');
}

async function put(mess: Mess, name: string | Buffer, text: string, mode = 0o644): Promise<string | Buffer> {
  const file =
    typeof name === 'string' ? path.join(mess.worktree, name) : Buffer.concat([Buffer.from(`${mess.worktree}/`), name]);
  if (typeof file === 'string') await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${text} ${mess.next()}\n`, { mode });
  return name;
}

function git(mess: Mess, ...args: string[]): Promise<string> {
  return runGit(mess.worktree, ...args);
}

/** One commit of one new file, whatever else is staged. */
async function commitOne(mess: Mess): Promise<void> {
  const name = `own/${mess.next()}.txt`;
  await put(mess, name, 'committed');
  await git(mess, 'add', '--', name);
  await git(mess, 'commit', '-q', '-m', name, '--only', '--', name);
}

export const actions: Readonly<Record<string, Action>> = {
  'changed file': (m, n) => put(m, tracked(n), 'changed'),
  'staged change': async (m, n) => {
    await put(m, tracked(n), 'staged');
    await git(m, 'add', '--', tracked(n));
  },
  'staged and changed again': async (m, n) => {
    await put(m, tracked(n), 'staged');
    await git(m, 'add', '--', tracked(n));
    await put(m, tracked(n), 'again');
  },
  'new staged file': async (m) => {
    const name = `new/${m.next()}.txt`;
    await put(m, name, 'new');
    await git(m, 'add', '--', name);
  },
  'staged file that is gone': async (m) => {
    const name = `gone-${m.next()}.txt`;
    await put(m, name, 'gone');
    await git(m, 'add', '--', name);
    await unlink(path.join(m.worktree, name));
  },
  untracked: (m) => put(m, `untracked/${m.next()}.txt`, 'untracked'),
  'names with newlines': (m) => put(m, `line\nbreak "and" é ${m.next()}`, 'odd'),
  'name that is no UTF-8': (m) =>
    process.platform === 'linux' ? put(m, Buffer.from([0x66, 0xff, 0xfe, 0x80]), 'bytes') : Promise.resolve(),
  'deleted file': (m, n) => rm(path.join(m.worktree, tracked(n)), { force: true }),
  'staged deletion': async (m, n) => {
    refuseHidden(m, n);
    await git(m, 'rm', '-q', '--cached', '--', tracked(n));
  },
  'staged rename': async (m, n) => {
    refuseHidden(m, n);
    await git(m, 'mv', tracked(n), `renamed-${m.next()}.txt`);
  },
  'changed mode': (m, n) => chmod(path.join(m.worktree, tracked(n)), 0o755),
  'private mode': (m, n) => chmod(path.join(m.worktree, tracked(n)), n % 2 === 0 ? 0o600 : 0o444),
  'untracked program': (m) => put(m, `tool-${m.next()}`, 'tool', 0o700),
  'link in place of a file': async (m, n) => {
    await rm(path.join(m.worktree, tracked(n)), { force: true });
    await symlink('nowhere\nat all', path.join(m.worktree, tracked(n)));
  },
  'hard link': async (m, n) => {
    refuseHidden(m, n);
    await link(path.join(m.worktree, tracked(n)), path.join(m.worktree, `hard-${m.next()}`));
  },
  'folder in place of a file': async (m) => {
    await rm(path.join(m.worktree, 'run.sh'), { recursive: true, force: true });
    await put(m, 'run.sh/inside', 'inside');
  },
  'empty folder': (m) => mkdir(path.join(m.worktree, `empty-${m.next()}`, 'inner'), { recursive: true, mode: 0o750 }),
  'intent to add': async (m) => {
    const name = `intended-${m.next()}.txt`;
    await put(m, name, 'intended');
    await git(m, 'add', '-N', '--', name);
  },
  'assumed unchanged': (m, n) => hide(m, n, '--assume-unchanged', true),
  'skipped in the worktree': (m, n) => hide(m, n, '--skip-worktree', n % 2 === 0),
  'ignored file': (m) => put(m, `${m.next()}.env`, m.secret, 0o600),
  'ignored folder': (m) => put(m, `node_modules/pkg-${m.next()}/index.js`, m.secret),
  'ignored by a rule of its own': async (m) => {
    await writeFile(path.join(m.worktree, 'own-rules', '.gitignore'), 'hidden*\n').catch(async () => {
      await put(m, 'own-rules/.keep', 'kept');
      await writeFile(path.join(m.worktree, 'own-rules', '.gitignore'), 'hidden*\n');
    });
    await put(m, `own-rules/hidden-${m.next()}`, m.secret);
  },
  'ignored by the main worktree only': async (m) => {
    await writeFile(path.join(m.worktree, '.gitignore'), 'nothing\n');
    await put(m, `local/${m.next()}.db`, m.secret);
  },
  'ignored file that was staged by force': async (m) => {
    const name = `forced-${m.next()}.env`;
    await put(m, name, m.secret);
    await git(m, 'add', '--force', '--', name);
    await put(m, name, m.secret);
  },
  'copied file': async (m) => {
    const name = `copied-${m.next()}.json`;
    await put(m, name, m.secret);
    m.copied.push(name);
  },
  'submodule with its own commit': async (m) => {
    await git(m, 'submodule', '--quiet', 'update', '--init');
    const part = path.join(m.worktree, 'libs', 'part');
    await writeFile(path.join(part, `own-${m.next()}.txt`), `${m.next()}\n`);
    await commitAll(part, 'own');
    await writeFile(path.join(part, 'dirty.txt'), `${m.next()}\n`);
  },
  'nested repository': async (m) => {
    const nested = path.join(m.worktree, `nested-${m.next()}`);
    await mkdir(nested);
    await runGit(nested, 'init', '-q');
    await writeFile(path.join(nested, 'inside.txt'), `${m.next()}\n`);
    await commitAll(nested, 'nested');
    await writeFile(path.join(nested, 'dirty.txt'), `${m.next()}\n`);
  },
  commit: (m) => commitOne(m),
  'commit that was reset away': async (m) => {
    await commitOne(m);
    await git(m, 'reset', '-q', '--soft', 'HEAD~1');
  },
  'detached commit': async (m) => {
    await git(m, 'checkout', '-q', '--detach');
    await commitOne(m);
  },
  'commit that only a ref of the worktree knows': async (m) => {
    const tree = await git(m, 'rev-parse', 'HEAD^{tree}');
    const commit = await git(m, 'commit-tree', '-p', 'HEAD', '-m', `own ${m.next()}`, tree);
    await git(m, 'update-ref', `refs/worktree/own-${m.next()}`, commit);
  },
  'conflicted index': async (m, n) => {
    await put(m, tracked(n % 3), 'ours');
    await git(m, 'commit', '-q', '-m', 'ours', '--only', '--', tracked(n % 3));
    await assert.rejects(git(m, 'merge', '-q', 'clash'));
  },
  'conflict that was resolved': async (m, n) => {
    await put(m, tracked(n % 3), 'resolved');
    await git(m, 'add', '--', tracked(n % 3));
  },
  'stopped rebase': async (m, n) => {
    await put(m, tracked(n % 3), 'ours');
    await git(m, 'commit', '-q', '-m', 'ours', '--only', '--', tracked(n % 3));
    await put(m, tracked(9), 'carried');
    await assert.rejects(git(m, 'rebase', '-q', '--autostash', 'clash'));
  },
  'stopped cherry-pick': async (m, n) => {
    await put(m, tracked(n % 3), 'ours');
    await git(m, 'commit', '-q', '-m', 'ours', '--only', '--', tracked(n % 3));
    await assert.rejects(git(m, 'cherry-pick', 'clash~2', 'clash~1', 'clash'));
  },
  bisect: async (m) => {
    await git(m, 'bisect', 'start', 'HEAD', 'HEAD~1');
  },
};

/** What git refuses (a commit in the middle of a merge …) is a state as good as any. */
export async function make(mess: Mess, name: string, n: number): Promise<boolean> {
  const action = actions[name];
  if (action === undefined) throw new Error(`There is no such dirt: ${name}`);
  try {
    await action(mess, n);
    return true;
  } catch {
    return false;
  }
}
