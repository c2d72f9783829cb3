import { strict as assert } from 'node:assert';
import type { TaskRow } from '../../../src/contract/json';
import { itemFlags } from '../../../src/extension/contributions';
import { type RepositoryFacts, taskNodes } from '../../../src/extension/views/taskNodes';
import { changedNodes, nodesById, type TreeNode } from '../../../src/extension/views/treeNode';
import { t, taskRow, workingRow } from './rows';

function facts(rows: readonly TaskRow[], changes: Partial<RepositoryFacts> = {}): RepositoryFacts {
  const plans = [{ id: 'dashboard', title: 'User activity', file: '/repo/.switchyard/dashboard/plan.md', errors: 0 }];
  return { id: '/repo/.git', name: 'repo', plans, rows, isHere: () => true, ...changes };
}

function tree(...rows: TaskRow[]): TreeNode[] {
  return taskNodes([facts(rows)], t);
}

function taskOf(roots: readonly TreeNode[], id = 'dashboard/api'): TreeNode {
  const node = nodesById(roots).get(`task:/repo/.git:${id}`);
  assert.ok(node, id);
  return node;
}

/** The tree as text: one line a row, as a person reads it. */
function drawn(nodes: readonly TreeNode[], indent = ''): string[] {
  return nodes.flatMap((node) => [
    `${indent}${node.icon?.id ?? ''} ${node.label} | ${node.description ?? ''} | ${node.contextValue}`,
    ...drawn(node.children, `${indent}  `),
  ]);
}

describe('the tree of tasks', () => {
  it('shows plans, their tasks and what each task has', () => {
    const roots = tree(taskRow(), workingRow({ task: 'ui', title: 'Charts', worktree: '/w/ui' }));
    assert.deepEqual(drawn(roots), [
      'list-tree User activity | 1 running | plan+file+ready',
      '  circle-outline Activity API | ready · claude | task+file+ready',
      '    markdown Task File | dashboard/api.md | file',
      '  play-circle Charts | working · claude · 3 files | task+changes+file+running+worktree',
      '    folder Worktree | ui · agent/api | worktree+openable+task',
      '    diff Changes | 3 files | changes+changes',
      '    markdown Task File | dashboard/ui.md | file',
    ]);
  });

  it('puts plans under their repositories when there are several', () => {
    const roots = taskNodes([facts([taskRow()]), facts([], { id: '/other/.git', name: 'other' })], t);
    assert.deepEqual(
      roots.map(({ label, children }) => [label, children.length]),
      [
        ['repo', 1],
        ['other', 1],
      ],
    );
  });

  it('shows a plan without tasks, but no inbox without any', () => {
    const file = '/repo/.switchyard/inbox/plan.md';
    const inbox = { id: 'inbox', title: null, file, errors: 0 };
    const plan = { ...inbox, id: 'next', title: 'Next' };
    const labels = (plans: RepositoryFacts['plans']) => taskNodes([facts([], { plans })], t).map(({ label }) => label);
    assert.deepEqual(labels([inbox, plan]), ['Next']);
    assert.deepEqual(labels([{ ...inbox, errors: 1 }]), ['Inbox']);
  });

  it('shows tasks of a plan whose folder is gone', () => {
    const roots = taskNodes([facts([workingRow({ plan: 'gone', file: null })], { plans: [] })], t);
    assert.equal(roots[0]?.label, 'gone');
    assert.equal(roots[0]?.contextValue, 'plan');
    assert.equal(roots[0]?.children.length, 1);
  });

  it('invites to open the window of a task whose launch waits there', () => {
    const node = taskOf(tree(workingRow({ state: 'queued', next: 'open-window', runner: null, changedFiles: 0 })));
    assert.equal(node.description, 'queued · open its window to start · claude');
    assert.equal(node.contextValue, 'task+file+opens+startable+worktree');
  });

  it('shows the condition instead of the state, and says why to a screen reader', () => {
    const condition = {
      kind: 'failed',
      reason: 'exited with 2',
      since: '2026-01-01T00:00:00.000Z',
      source: 'runner',
    } as const;
    const node = taskOf(tree(workingRow({ runner: null, conditions: [condition], next: 'look-at-failure' })));
    assert.equal(node.icon?.id, 'error');
    assert.match(node.description ?? '', /^failed · claude/);
    assert.equal(node.accessibleLabel, 'Task Activity API, failed · claude · 3 files, exited with 2');
  });

  it('marks an agent of another window, and only when that is known', () => {
    const flags = (isHere: boolean | null) =>
      taskOf(taskNodes([facts([workingRow()], { isHere: () => isHere })], t)).contextValue;
    assert.match(flags(false), /\+elsewhere/);
    assert.doesNotMatch(flags(true), /elsewhere/);
    assert.doesNotMatch(flags(null), /elsewhere/);
  });

  it('offers nothing on a vanished worktree', () => {
    const condition = { kind: 'vanished', reason: 'folder gone', since: '', source: 'scan' } as const;
    const node = taskOf(tree(workingRow({ runner: null, conditions: [condition], next: 'forget' })));
    assert.equal(node.contextValue, 'task+file');
    assert.equal(nodesById([node]).get('worktree:/repo/.git:dashboard/api')?.contextValue, 'worktree+task');
  });

  it('uses only the flags that the manifest knows, sorted', () => {
    const flags: Readonly<Record<string, readonly string[]>> = itemFlags;
    for (const node of nodesById(tree(taskRow(), workingRow({ task: 'ui' }))).values()) {
      const [noun = '', ...on] = node.contextValue.split('+');
      assert.deepEqual(on, [...on].sort());
      for (const flag of on) assert.ok(flags[noun]?.includes(flag), `${noun}+${flag}`);
    }
  });

  it('says in the tooltip what git knows, and does not hide what it does not', () => {
    const tooltip = taskOf(tree(workingRow())).tooltip?.(new Date('2026-01-01T02:00:00.000Z')) ?? '';
    assert.match(tooltip, /working · 2 h ago/);
    assert.match(tooltip, /Base: main \(2 ahead, 1 behind\)/);
    assert.match(tooltip, /Head: 012345678\n/);
    const fresh = taskOf(tree(taskRow())).tooltip?.(new Date()) ?? '';
    assert.match(fresh, /No branch and no worktree yet/);
    const young = taskOf(tree(workingRow({ head: null, changedFiles: null }))).tooltip?.(new Date()) ?? '';
    assert.match(young, /Head: not known yet\n\nChanged files: not known yet/);
  });

  it('lets no text from outside become Markdown, an icon or a second line', () => {
    const hostile = '[x](command:evil) **b** $(alert)\n<img src=x> \u202egnp';
    const row = workingRow({ title: hostile, branch: hostile, base: hostile, held: hostile, scope: [hostile] });
    const node = taskOf(tree(row));
    assert.doesNotMatch(node.label, /\n|\u202e/);
    const tooltip = node.tooltip?.(new Date()) ?? '';
    assert.doesNotMatch(tooltip, /(?<!\\)\[x|(?<!\\)\*\*b|(?<!\\)\$\(|(?<!\\)<img/);
  });
});

describe('drawing the tree anew', () => {
  it('draws only the row that changed', () => {
    const before = tree(taskRow(), workingRow({ task: 'ui' }));
    const after = tree(taskRow(), workingRow({ task: 'ui', changedFiles: 4 }));
    assert.deepEqual(changedNodes(before, after), ['task:/repo/.git:dashboard/ui']);
    assert.deepEqual(changedNodes(before, tree(taskRow(), workingRow({ task: 'ui' }))), []);
  });

  it('draws a row anew when only its tooltip has news', () => {
    const before = tree(workingRow());
    assert.deepEqual(changedNodes(before, tree(workingRow({ behind: 5 }))), ['task:/repo/.git:dashboard/api']);
  });

  it('draws the plan anew when a task came or went, and all when a plan did', () => {
    const before = tree(taskRow());
    assert.deepEqual(changedNodes(before, tree(taskRow(), workingRow({ task: 'ui' }))), ['plan:/repo/.git:dashboard']);
    assert.equal(changedNodes(before, tree(taskRow({ plan: 'two' }), taskRow())), 'all');
  });
});
