import { strict as assert } from 'node:assert';
import type { ConflictsJson } from '../../../src/contract/conflicts';
import { treePartners } from '../../../src/extension/views/partners';
import { taskNodes } from '../../../src/extension/views/taskNodes';
import { worktreeNodes } from '../../../src/extension/views/worktreeNodes';
import { againstBase, branch, conflictsJson, pair } from './matrices';
import { t, workingRow, worktreeRow } from './rows';

const api = branch('agent/api', 'dashboard/api', { worktree: '/repo-worktrees/api' });
const ui = branch('agent/ui', 'dashboard/ui');
const main = branch('main', null, { worktree: '/repo' });
const conflict = { verdict: 'conflict', files: ['src/a.ts'] } as const;
const unknown = { verdict: 'unknown', reason: 'scan is too old' } as const;
const clean = { verdict: 'clean' } as const;

const partnersOf = (o: Partial<ConflictsJson>) => treePartners(conflictsJson({ branches: [api, ui, main], ...o }));

/** Both rows of `dashboard/api`: description and tooltip. */
function rows(o: Partial<ConflictsJson>) {
  const { tasks, worktrees } = partnersOf(o);
  const row = workingRow();
  const plans = [{ id: 'dashboard', title: null, file: null, errors: 0, runs: false, checked: null }];
  const id = '/repo/.git';
  const facts = {
    id,
    name: 'repo',
    plans,
    rows: [row],
    offered: new Set<string>(),
    partners: tasks,
    isHere: () => true,
  };
  const task = taskNodes([facts], t)[0]?.children[0];
  const [worktree] = worktreeNodes(
    [{ id, name: 'repo', worktrees: [worktreeRow()], here: new Set(), partners: worktrees }],
    t,
  );
  assert.ok(task && worktree);
  return { task, worktree };
}

const said = (node: { readonly tooltip?: ((now: Date) => string) | undefined }) =>
  (node.tooltip?.(new Date(0)) ?? '').split('\n\n').filter((line) => /^(Conflicts|Not known|and) /.test(line));

describe('the worst cell in the trees', () => {
  it('names the one it conflicts with, and the files', () => {
    const { task, worktree } = rows({
      pairs: [pair('agent/api', 'agent/ui', conflict), pair('agent/api', 'main', clean)],
    });
    assert.equal(task.description, 'working · claude · conflicts with ui · 3 files · 1 behind');
    assert.equal(task.accessibleLabel, `Task Activity API, ${task.description}`);
    assert.deepEqual(said(task), ['Conflicts with agent/ui \\(dashboard/ui\\) in src/a\\.ts']);
    assert.equal(worktree.description, 'agent/api · conflicts with ui');
    assert.equal(worktree.contextValue, 'worktree+conflict+openable+task');
    assert.deepEqual(said(worktree), said(task));
  });

  it('tells hazards where all is clean, and none that is muted', () => {
    const hazard = (id: string, muted: boolean): ConflictsJson['hazards'][number] => ({
      ...{ id, kind: 'type', branches: ['agent/api', 'agent/ui'], files: ['a.ts'], at: 'agent/api', prevention: null },
      ...{ message: `Hazard ${id}.`, muted: muted ? { reason: 'known', who: null, at: '2026-01-01' } : null },
    });
    const pairs = [pair('agent/api', 'agent/ui', clean)];
    const { task } = rows({ pairs, hazards: [hazard('one', false), hazard('two', true)] });
    assert.match(task.description ?? '', / · 1 hazard$/);
    assert.match(task.tooltip?.(new Date(0)) ?? '', /Hazard: Hazard one/);
    assert.doesNotMatch(task.tooltip?.(new Date(0)) ?? '', /two/);
    assert.doesNotMatch(rows({ pairs, hazards: [hazard('two', true)] }).task.description ?? '', /hazard/);
  });

  it('counts several, each once, the base among them', () => {
    const { task } = rows({
      pairs: [pair('agent/api', 'agent/ui', conflict), pair('agent/api', 'main', conflict)],
      againstBase: [againstBase('agent/api', 'main', conflict)],
    });
    assert.match(task.description ?? '', /^working · claude · conflicts with 2 others · /);
    assert.equal(said(task).length, 2);
  });

  it('says what is not known: of all, or of some', () => {
    const all = rows({ pairs: [pair('agent/api', 'agent/ui', unknown), pair('agent/api', 'main', unknown)] });
    assert.match(all.task.description ?? '', /1 behind · conflicts not known: the last scan is too old$/);
    const some = rows({ pairs: [pair('agent/api', 'agent/ui', unknown), pair('agent/api', 'main', clean)] });
    assert.match(some.task.description ?? '', /1 behind · conflicts with ui not known$/);
    assert.deepEqual(said(some.task), ['Not known with agent/ui \\(dashboard/ui\\): the last scan is too old']);
    assert.equal(some.worktree.contextValue, 'worktree+openable+task');
  });

  it('says nothing of what is clean, nor of what no matrix knows', () => {
    for (const o of [{ pairs: [pair('agent/api', 'agent/ui', clean)] }, { branches: [] }]) {
      const { task, worktree } = rows(o);
      assert.equal(task.description, 'working · claude · 3 files · 1 behind');
      assert.equal(worktree.description, 'agent/api');
      assert.deepEqual(said(task), []);
    }
  });

  it('names five, and counts the others', () => {
    const others = Array.from({ length: 7 }, (_, n) => branch(`agent/x${n}`));
    const files = Array.from({ length: 7 }, (_, n) => `f${n}`);
    const { task } = rows({
      branches: [api, ...others],
      pairs: others.map(({ ref }) => pair('agent/api', ref, { verdict: 'conflict', files })),
    });
    const lines = said(task);
    assert.equal(lines.length, 6);
    assert.equal(lines[0], 'Conflicts with agent/x0 in f0, f1, f2, f3, f4 and 2 more');
    assert.equal(lines[5], 'and with 2 more');
  });
});
