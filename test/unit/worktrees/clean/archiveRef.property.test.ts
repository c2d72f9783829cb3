import { strict as assert } from 'node:assert';
import { chmod, lstat, mkdir, readFile, readlink, realpath, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { archiveWorktree } from '../../../../src/core/worktrees/archive/archiveRef';
import { readArchive } from '../../../../src/core/worktrees/archive/manifest';
import { surveyWorktree } from '../../../../src/core/worktrees/survey/survey';
import { withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { filesOf, gitBytes, makeScene, type Scene } from './support';

/** Names that get into each other's way: a file here is a folder there. */
const names = [
  'a',
  'a/b',
  'a/b/c',
  'a/d',
  'b',
  'b/a',
  'kept.txt',
  'kept.txt/x',
  'new\nline',
  'é/ü',
  'x.env',
  'a/x.env',
  'data/x',
];
const step = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    name: fc.constantFrom(...names),
    text: fc.constantFrom('1\n', '2\n', ''),
  }),
  fc.record({
    do: fc.constant('link' as const),
    name: fc.constantFrom(...names),
    to: fc.constantFrom('kept.txt', 'a', '.'),
  }),
  fc.record({
    do: fc.constantFrom(
      'delete' as const,
      'executable' as const,
      'add' as const,
      'intend' as const,
      'untrack' as const,
    ),
    name: fc.constantFrom(...names),
  }),
  fc.record({ do: fc.constantFrom('add-all' as const, 'commit' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('worktrees: archive ref, sampled', function () {
  this.timeout(process.env.SWITCHYARD_LONG === '1' ? 600_000 : 60_000);

  it('holds exactly what is on the disk and what is staged, whatever was done before', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
          round += 1;
          await scene.git('reset', '-q', '--hard', 'main');
          await scene.git('clean', '-q', '-f', '-f', '-d', '-x');
          for (const each of steps) await take(scene, each);
          await check(scene, `r${round}`);
        }),
        sampled(25),
      );
    }));
});

async function take(scene: Scene, each: Step): Promise<void> {
  const at = (name: string) => path.join(scene.worktree, name);
  // git refuses some: a path behind a link, nothing to commit. Then nothing was done.
  const git = (...args: string[]) => scene.git('--literal-pathspecs', ...args).catch(() => '');
  switch (each.do) {
    case 'write':
      await clearTheWay(scene, each.name);
      return writeFile(at(each.name), each.text);
    case 'link':
      await clearTheWay(scene, each.name);
      return symlink(each.to, at(each.name));
    case 'delete':
      return rm(at(each.name), { recursive: true, force: true }).catch(() => undefined);
    case 'executable':
      return chmod(at(each.name), 0o755).catch(() => undefined);
    case 'add':
      await git('add', '-A', '--', each.name);
      return;
    case 'intend':
      await git('add', '-N', '--', each.name);
      return;
    case 'untrack':
      await git('rm', '-q', '-r', '-f', '--cached', '--', each.name);
      return;
    case 'add-all':
      await git('add', '-A');
      return;
    case 'commit':
      await git('commit', '-q', '-m', 'step');
  }
}

/** Makes room for a file: what is a file or a link on the way becomes a folder. */
async function clearTheWay(scene: Scene, name: string): Promise<void> {
  const parts = name.split('/');
  for (let i = 1; i < parts.length; i += 1) {
    const folder = path.join(scene.worktree, ...parts.slice(0, i));
    const found = await lstat(folder).catch(() => null);
    if (found !== null && !found.isDirectory()) await unlink(folder);
    await mkdir(folder, { recursive: true });
  }
  await rm(path.join(scene.worktree, name), { recursive: true, force: true });
}

async function check(scene: Scene, id: string): Promise<void> {
  const target = await scene.target();
  const staged = await gitBytes(scene.worktree, 'ls-files', '-s', '-z');
  const archived = await archiveWorktree(scene.deps, target, { id, ref: { plan: 'p', task: 't' } });
  assert.equal(await gitBytes(scene.worktree, 'ls-files', '-s', '-z'), staged);
  const read = await readArchive(scene.deps.git, scene.deps.layout, archived.ref);
  assert.deepEqual(await filesOf(scene.worktree, read.worktreeTree), await onDisk(scene));
  const intended = new Set(read.intentToAdd);
  const entries = staged.split('\0').filter((line) => line !== '' && !intended.has(line.slice(line.indexOf('\t') + 1)));
  const kept = (await gitBytes(scene.worktree, 'ls-tree', '-r', '-z', '--full-tree', read.indexTree)).split('\0');
  assert.deepEqual(
    kept.filter((line) => line !== '').map((line) => line.replace(/^(\d+) \w+ (\w+)\t/, '$1 $2 0\t')),
    entries,
  );
  const { losses } = await surveyWorktree(scene.deps, target, { integrated: null });
  const dirty = (await gitBytes(scene.worktree, 'status', '--porcelain', '-z', '-uall')) !== '';
  assert.equal(
    losses.some(({ kind }) => kind === 'changes' || kind === 'untracked'),
    dirty,
  );
}

/** What git would take from the disk: everything tracked or not ignored that is really there, by name. */
async function onDisk(scene: Scene): Promise<Record<string, string>> {
  const listed = await gitBytes(scene.worktree, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const files: Record<string, string> = {};
  for (const name of new Set(listed.split('\0').filter((each) => each !== ''))) {
    const file = path.join(scene.worktree, Buffer.from(name, 'latin1').toString('utf8'));
    const found = await lstat(file).catch(() => null);
    if (found === null || found.isDirectory()) continue;
    // Behind a link, it is another file.
    if ((await realpath(path.dirname(file))) !== path.dirname(file)) continue;
    if (found.isSymbolicLink()) files[name] = `120000 ${await readlink(file)}`;
    else files[name] = `${found.mode & 0o100 ? '100755 ' : ''}${await readFile(file, 'latin1')}`;
  }
  return Object.fromEntries(Object.entries(files).sort());
}
