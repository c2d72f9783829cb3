import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createOwners, type Traced } from '../../../../src/core/usage/ledger/owners';
import { createComparable } from '../../../../src/core/usage/ledger/paths';
import type { TaskTraces } from '../../../../src/core/usage/parts';
import { ownerName } from '../../../../src/core/usage/sums';
import { withTempDir } from '../../support/repositories';

interface World {
  readonly tasks: readonly TaskTraces[];
  readonly folders?: readonly string[];
  readonly parents?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

/** Whose an answer is, where no path is a link. */
function ownerOf({ tasks, folders = [], parents = {}, platform = 'linux' }: World, answer: Partial<Traced>): string {
  const comparable = createComparable(platform, (folder) => folder);
  const parentOf = (_agent: string, session: string) => parents[session] ?? null;
  const owner = createOwners({ tasks, folders }, { platform, comparable, parentOf });
  return ownerName(owner({ agent: 'claude', session: 's', parent: null, cwd: null, at: 50, ...answer }));
}

function task(name: string, o: Partial<Omit<TaskTraces, 'ref'>> = {}): TaskTraces {
  return { ref: { plan: 'p', task: name }, sessions: [], places: [], ...o };
}

const place = (folder: string, from = 0, to: number | null = null) => ({ path: folder, from, to });
const session = (name: string, agent = 'claude') => ({ agent, session: name });

describe('whose an answer is', () => {
  const a = task('a', { sessions: [session('s1')], places: [place('/wt/a', 10, 100)] });
  const b = task('b', { places: [place('/wt/a', 200, null), place('/repo/.worktrees/b')] });
  const world: World = { tasks: [a, b], folders: ['/repo', '/wt/free'], parents: { child: 's1', x: 'y', y: 'x' } };

  const table: [string, Partial<Traced>, string][] = [
    ['by its session, wherever that is', { session: 's1', cwd: '/elsewhere' }, 'p/a'],
    ['by its session, although it works in the place of another', { session: 's1', cwd: '/wt/a', at: 300 }, 'p/a'],
    ['not by the session of another agent', { agent: 'codex', session: 's1', cwd: '/repo' }, 'elsewhere'],
    ['by the session it was cut from', { session: 's2', parent: 's1', cwd: '/tmp' }, 'p/a'],
    ['by the session over a third', { session: 's3', parent: 'child', cwd: '/tmp' }, 'p/a'],
    ['not lost in a circle of sessions', { session: 's4', parent: 'x', cwd: '/repo' }, 'elsewhere'],
    ['by the place', { cwd: '/wt/a' }, 'p/a'],
    ['by a folder in the place', { cwd: '/wt/a/src/deep' }, 'p/a'],
    ['by a place with an end', { cwd: '/wt/a/' }, 'p/a'],
    ['not by a longer name', { cwd: '/wt/ab' }, 'other'],
    ['by the place at that time', { cwd: '/wt/a', at: 200 }, 'p/b'],
    ['elsewhere, between two tasks that had the place', { cwd: '/wt/a', at: 150 }, 'elsewhere'],
    ['the last one of a place, without a time', { cwd: '/wt/a', at: null }, 'p/b'],
    ['the innermost of two places', { cwd: '/repo/.worktrees/b/lib' }, 'p/b'],
    ['elsewhere in the repository', { cwd: '/repo/lib' }, 'elsewhere'],
    ['elsewhere in a worktree of nobody', { cwd: '/wt/free' }, 'elsewhere'],
    ['another repository', { cwd: '/home/other' }, 'other'],
    ['nobody, without a trace', { cwd: null }, 'other'],
    ['nobody, with what is no path', { cwd: 'wt/a' }, 'other'],
    ['nobody, with a NUL byte in its path', { cwd: '/wt/a\0' }, 'other'],
    ['nobody, with a path of ten million letters', { cwd: `/wt/a/${'x'.repeat(10_000_000)}` }, 'other'],
    ['not reached from the prototype', { session: '__proto__', cwd: '/repo' }, 'elsewhere'],
  ];
  for (const [title, answer, owner] of table) {
    it(`is found: ${title}`, () => assert.equal(ownerOf(world, answer), owner));
  }

  it('does not depend on case where the system does not', () => {
    const windows: World = { tasks: [task('a', { places: [place('C:\\Work\\A')] })], platform: 'win32' };
    assert.equal(ownerOf(windows, { cwd: 'c:\\work\\a\\src' }), 'p/a');
    assert.equal(ownerOf(windows, { cwd: 'c:/work/a' }), 'p/a');
    const mac: World = { tasks: [task('a', { places: [place('/Work/Caf\u00e9')] })], platform: 'darwin' };
    assert.equal(ownerOf(mac, { cwd: '/work/cafe\u0301' }), 'p/a');
    assert.equal(ownerOf({ ...mac, platform: 'linux' }, { cwd: '/work/cafe\u0301' }), 'other');
  });

  it('is found through a symbolic link, before and after the folder behind it is gone', async () => {
    await withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'real/wt/a/src'), { recursive: true });
      await symlink(path.join(dir, 'real'), path.join(dir, 'link'), 'junction');
      const traces = [task('a', { places: [place(path.join(dir, 'real/wt/a'))] })];
      const own = (cwd: string) => {
        const { platform } = process;
        const o = { platform, comparable: createComparable(platform), parentOf: () => null };
        const owners = createOwners({ tasks: traces, folders: [path.join(dir, 'real')] }, o);
        return ownerName(owners({ agent: 'claude', session: 's', parent: null, cwd, at: 1 }));
      };
      assert.equal(own(path.join(dir, 'link/wt/a/src')), 'p/a');
      await rm(path.join(dir, 'real/wt/a'), { recursive: true });
      assert.equal(own(path.join(dir, 'link/wt/a/src')), 'p/a');
      await rename(path.join(dir, 'real'), path.join(dir, 'moved'));
      assert.equal(own(path.join(dir, 'real/wt/a/src')), 'p/a');
    });
  });
});
