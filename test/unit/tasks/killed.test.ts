import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { openRepository, type Repository } from '../../../src/core/openRepository';
import { cliFile, startCli, until, writePlan } from '../cli/support';
import { commitAll, makeRepository, runGit, withTempDir } from '../support/repositories';
import { unhurried } from '../support/sampled';
import { assertAgreement, picture } from './agreement';
import { taskText, testHost } from './support';

const operations = ['make', 'setup', 'clean', 'restore', 'sync'] as const;
type Operation = (typeof operations)[number];

/** One repository over all rounds, and what is known of its one task. */
interface World {
  readonly root: string;
  readonly repository: Repository;
  round: number;
}

/** `plan.md` whose set-up takes a while and can be seen to have ended. */
const setupPlan = `---
title: A plan
setup: ["sleep 0.1 && echo first >> .setup-log", "sleep 0.1 && echo second >> .setup-log"]
---
`;

const ref = (task: string) => ({ plan: 'p', task });

async function newTask(world: World, plan = 'p'): Promise<string> {
  world.round += 1;
  const id = `t${world.round}`;
  await writeFile(path.join(world.root, '.switchyard', plan, `${id}.md`), taskText(id));
  return id;
}

/** A worktree with a commit, staged, unstaged, untracked and ignored work. */
async function dirtyTask(world: World): Promise<{ id: string; worktree: string }> {
  const id = await newTask(world);
  const { worktree } = await world.repository.tasks.prepare(ref(id), { purpose: 'spawn' });
  await writeFile(path.join(worktree, `${id}.txt`), 'committed\n');
  await commitAll(worktree, id);
  await writeFile(path.join(worktree, `${id}.txt`), 'staged\n');
  await runGit(worktree, 'add', '-A');
  await writeFile(path.join(worktree, `${id}.txt`), 'unstaged\n');
  await mkdir(path.join(worktree, 'folder'));
  await writeFile(path.join(worktree, 'folder', 'untracked.txt'), 'untracked\n');
  await writeFile(path.join(worktree, 'local.env'), `secret of ${id}\n`);
  return { id, worktree };
}

/** Runs the command line and ends it with all it started, after `ms`; false when it had ended by itself. */
async function runAndKill(root: string, args: readonly string[], ms: number): Promise<void> {
  const child = await startCli(root, args);
  const exited = once(child, 'exit');
  child.stdout?.resume();
  child.stderr?.resume();
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  await exited;
  clearTimeout(timer);
}

/** The next start, once whatever git was left behind has ended. */
async function nextStart(world: World): Promise<void> {
  await until(
    'everything to be settled',
    async () => {
      await world.repository.tasks.reconcile();
      return assertAgreement(world.repository, world.root).then(
        () => true,
        () => false,
      );
    },
    12_000,
  ).catch(() => undefined); // what is still wrong then is told by the next line
  await assertAgreement(world.repository, world.root);
}

const rounds: Record<Operation, (world: World, ms: number) => Promise<void>> = {
  async make(world, ms) {
    const id = await newTask(world);
    await runAndKill(world.root, ['spawn', `p/${id}`], ms);
    await nextStart(world);
    const row = await world.repository.tasks.row(ref(id));
    if (row?.worktree == null) {
      assert.equal(row?.state, 'ready');
      assert.equal(await runGit(world.root, 'branch', '--list', `agent/${id}`), '');
    } else {
      assert.equal(await runGit(row.worktree, 'status', '--porcelain', '--ignored'), '');
      assert.equal(row.state, 'queued');
    }
    const again = await world.repository.tasks.prepare(ref(id), { purpose: 'spawn' });
    assert.equal(await runGit(again.worktree, 'status', '--porcelain', '--ignored'), '');
  },

  async setup(world, ms) {
    const id = await newTask(world, 's');
    const task = { plan: 's', task: id };
    const { worktree } = await world.repository.tasks.prepare(task, { purpose: 'spawn' });
    await runAndKill(world.root, ['spawn', `s/${id}`], ms);
    await nextStart(world);
    const row = await world.repository.tasks.row(task);
    assert.notEqual(row?.state, 'setup', 'nobody sets it up any more');
    const done = await cliToEnd(world.root, ['spawn', `s/${id}`]);
    assert.equal(done, 0);
    const after = await world.repository.tasks.row(task);
    assert.deepEqual([after?.state, after?.setup?.exit, after?.conditions], ['queued', 0, []]);
    assert.match(await readFile(path.join(worktree, '.setup-log'), 'utf8'), /second\n$/);
  },

  async clean(world, ms) {
    const { id, worktree } = await dirtyTask(world);
    const before = await picture(worktree);
    await runAndKill(world.root, ['clean', `p/${id}`, '--discard-changes', '--delete-branch'], ms);
    await nextStart(world);
    const row = await world.repository.tasks.row(ref(id));
    if (row?.worktree == null) await world.repository.tasks.restore(ref(id));
    assert.equal(await picture(worktree), before);
  },

  async restore(world, ms) {
    const { id, worktree } = await dirtyTask(world);
    const before = await picture(worktree);
    await world.repository.tasks.clean(ref(id), { discardChanges: true, deleteBranch: true });
    await runAndKill(world.root, ['restore', `p/${id}`], ms);
    await nextStart(world);
    const row = await world.repository.tasks.row(ref(id));
    if (row?.worktree == null) await world.repository.tasks.restore(ref(id));
    assert.equal(await picture(worktree), before);
  },

  async sync(world, ms) {
    const { id, worktree } = await dirtyTask(world);
    const before = await picture(worktree);
    await writeFile(path.join(world.root, `base-${id}.txt`), id);
    await commitAll(world.root, `base of ${id}`);
    const head = await runGit(worktree, 'rev-parse', 'HEAD');
    await runAndKill(world.root, ['sync', `p/${id}`], ms);
    await nextStart(world);
    if ((await runGit(worktree, 'rev-parse', 'HEAD')) === head) {
      assert.equal(await picture(worktree), before);
      assert.equal((await world.repository.tasks.sync(ref(id))).result, 'synced');
    }
    assert.equal(await runGit(worktree, 'merge-base', 'main', 'HEAD'), await runGit(world.root, 'rev-parse', 'main'));
    assert.equal(await runGit(worktree, 'show', `:${id}.txt`), 'staged');
    assert.equal(await readFile(path.join(worktree, `${id}.txt`), 'utf8'), 'unstaged\n');
    assert.equal(await readFile(path.join(worktree, 'local.env'), 'utf8'), `secret of ${id}\n`);
    await stat(path.join(worktree, 'folder', 'untracked.txt'));
  },
};

async function cliToEnd(root: string, args: readonly string[]): Promise<number | null> {
  const child = await startCli(root, args);
  child.stdout?.resume();
  child.stderr?.resume();
  const [code] = await once(child, 'exit');
  return code;
}

describe('a command that is killed', function () {
  this.timeout(process.env.SWITCHYARD_LONG === '1' ? 1_800_000 : 180_000);
  before(() => cliFile());

  it('at any moment of make, setup, clean, restore and sync loses nothing and leaves nothing half made', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 200 });
      await writeFile(path.join(root, '.gitignore'), '*.env\n.setup-log\n');
      await commitAll(root, 'ignore');
      await writePlan(root, 'p', {});
      await writePlan(root, 's', {}, setupPlan);
      const world: World = { root, repository: await openRepository(root, testHost()), round: 0 };
      // How long a command takes here and now, its start included.
      const began = performance.now();
      await cliToEnd(root, ['tasks']);
      const start = performance.now() - began;
      try {
        await fc.assert(
          fc.asyncProperty(
            fc.constantFrom(...operations),
            fc.double({ min: 0, max: 1, noNaN: true }),
            (operation, part) => rounds[operation](world, start * (0.5 + 2 * part)),
          ),
          { ...unhurried(process.env.SWITCHYARD_LONG === '1' ? 20 : 4), endOnFailure: true },
        );
      } finally {
        world.repository.dispose();
      }
    });
  });
});
