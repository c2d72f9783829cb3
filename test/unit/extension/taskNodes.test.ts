import { strict as assert } from 'node:assert';
import type { TaskArchive, TaskRow } from '../../../src/contract/json';
import { itemFlags } from '../../../src/extension/contributions';
import { offeredArchives } from '../../../src/extension/views/cleanedNodes';
import { type RepositoryFacts, taskNodes } from '../../../src/extension/views/taskNodes';
import { changedNodes, nodesById, type TreeNode } from '../../../src/extension/views/treeNode';
import { t, taskRow, workingRow } from './rows';

const now = new Date('2026-01-20T00:00:00.000Z');

const archive: TaskArchive = {
  id: '20260102t000000-1',
  at: '2026-01-02T00:00:00.000Z',
  expires: '2026-02-01T00:00:00.000Z',
  trash: '/w/.trash/20260102t000000-1',
  ref: 'refs/switchyard/archive/dashboard~api/20260102t000000-1',
  branch: 'agent/api',
  bytes: 1_234_000_000,
};
const over = {
  state: 'cleaned',
  next: 'nothing',
  worktree: null,
  runner: null,
  archives: [archive],
  agent: taskRow().agent,
} as const;

function facts(rows: readonly TaskRow[], changes: Partial<RepositoryFacts> = {}): RepositoryFacts {
  const plans = [
    {
      id: 'dashboard',
      title: 'User activity',
      file: '/repo/.switchyard/dashboard/plan.md',
      errors: 0,
      runs: false,
      checked: null,
    },
  ];
  const offered = new Set(['overdue']);
  const partners = new Map();
  return { id: '/repo/.git', name: 'repo', plans, rows, offered, partners, isHere: () => true, ...changes };
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
      '  play-circle Charts | working · claude · 3 files · 1 behind | task+changes+file+reviewable+running+worktree',
      '    folder Worktree | ui · agent/api | worktree+openable+task',
      '    diff Changes | 3 files | changes+changes',
      '    markdown Task File | dashboard/ui.md | file',
    ]);
  });

  it('offers the matrix in place of the changes where a task conflicts', () => {
    const [plan] = tree(workingRow({ worst: 'conflict' }));
    assert.equal(plan?.children[0]?.contextValue, 'task+changes+conflict+file+running+worktree');
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

  it('says how much of its checklist passes beside what a plan has to say', () => {
    const checked = { passing: 7, all: 11 };
    const described = (rows: readonly TaskRow[]) => {
      const plans = facts([]).plans.map((plan) => ({ ...plan, checked }));
      return taskNodes([facts(rows, { plans })], t)[0]?.description;
    };
    assert.equal(described([taskRow({ state: 'integrated' })]), '1 task · checklist 7 of 11');
    assert.match(
      described([taskRow({ agent: { ...taskRow().agent, pid: 4 } })]) ?? '',
      /1 running · checklist 7 of 11$/,
    );
  });

  it('shows a plan without tasks, but no inbox without any', () => {
    const file = '/repo/.switchyard/inbox/plan.md';
    const inbox = { id: 'inbox', title: null, file, errors: 0, runs: false, checked: null };
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
    assert.equal(node.description, 'queued · open its window to start · claude · 1 behind');
    assert.equal(node.contextValue, 'task+cleanable+file+forgettable+opens+startable+syncable+worktree');
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
    assert.equal(node.accessibleLabel, 'Task Activity API, failed · claude · 3 files · 1 behind, exited with 2');
  });

  it('marks an agent of another window, and only when that is known', () => {
    const flags = (isHere: boolean | null) =>
      taskOf(taskNodes([facts([workingRow()], { isHere: () => isHere })], t)).contextValue;
    assert.match(flags(false), /\+elsewhere/);
    assert.doesNotMatch(flags(true), /elsewhere/);
    assert.doesNotMatch(flags(null), /elsewhere/);
  });

  it('offers to forget what vanished, and nothing else', () => {
    const condition = { kind: 'vanished', reason: 'folder gone', since: '', source: 'scan' } as const;
    const node = taskOf(tree(workingRow({ runner: null, conditions: [condition], next: 'forget' })));
    assert.equal(node.contextValue, 'task+file+forgettable');
    assert.equal(nodesById([node]).get('worktree:/repo/.git:dashboard/api')?.contextValue, 'worktree+task');
  });

  it('keeps cleaned tasks apart, with what can be restored, its size and what may be deleted', () => {
    const kept = (task: string, changes: Partial<TaskArchive> = {}) =>
      workingRow({
        ...over,
        task,
        title: task,
        archives: [{ ...archive, ...changes }],
      });
    const gone = workingRow({ ...over, task: 'gone', title: 'gone', archives: [] });
    const [plan] = tree(taskRow(), kept('new'), kept('old', { id: 'overdue', bytes: null }), gone);
    assert.deepEqual(drawn(plan === undefined ? [] : [plan]), [
      'list-tree User activity | 1 task | plan+file+ready',
      '  circle-outline Activity API | ready · claude | task+file+ready',
      '    markdown Task File | dashboard/api.md | file',
      '  archive Cleaned Up | 3 tasks · 1.2\u00a0GB · 1 may be deleted | cleaned+archives',
      '    archive new | until 2026-02-01 · 1.2\u00a0GB | task+file+forgettable+restorable',
      '      markdown Task File | dashboard/new.md | file',
      '    archive old | may be deleted | task+file+forgettable+restorable',
      '      markdown Task File | dashboard/old.md | file',
      '    archive gone | cleaned up | task+file+forgettable',
      '      markdown Task File | dashboard/gone.md | file',
    ]);
    assert.equal(plan?.children[1]?.expanded, false);
    const [allOver] = tree(kept('new'));
    assert.equal(allOver?.description, 'all cleaned up');
  });

  it('shows a running app with its address, and that a plan has one to run', () => {
    const app = { pid: 4, port: 4310, url: 'http://localhost:4310', log: '/store/app.log' };
    const row = workingRow({ runner: null, state: 'review', behind: 0, app });
    const node = taskOf(tree(row));
    assert.equal(node.description, 'to review · app on 4310 · claude · 3 files');
    assert.match(node.contextValue, /\+app\b/);
    const part = nodesById([node]).get('app:/repo/.git:dashboard/api');
    assert.deepEqual([part?.label, part?.description, part?.opens], ['App', app.url, { kind: 'app' }]);
    const plans = facts([]).plans.map((plan) => ({ ...plan, runs: true, checked: null }));
    const flags = (one: TaskRow) => taskOf(taskNodes([facts([one], { plans })], t)).contextValue;
    assert.match(flags(workingRow()), /\+runs\b/);
    assert.doesNotMatch(flags(row), /\+runs\b/, 'it runs already');
  });

  it('offers to start without a set-up that failed, to sync what is behind, to clean what is integrated', () => {
    const condition = { kind: 'setup-failed', reason: 'npm ci: exit code 1', since: '', source: 'runner' } as const;
    const rest = { runner: null, changedFiles: 0 };
    const failed = taskOf(tree(workingRow({ ...rest, state: 'queued', conditions: [condition] })));
    assert.match(failed.contextValue, /\+setupfailed\b/);
    assert.equal(failed.description, 'set-up failed · claude · 1 behind');
    const flags = (changes: Partial<TaskRow>) => taskOf(tree(workingRow({ ...rest, ...changes }))).contextValue;
    assert.match(flags({ behind: 1 }), /\+syncable\b/);
    assert.doesNotMatch(flags({ behind: 0 }), /syncable/);
    assert.match(flags({ behind: null }), /\+syncable\b/, 'what is not known is not taken for up to date');
    assert.match(flags({ state: 'integrated', next: 'clean' }), /\+finished\b/);
    assert.doesNotMatch(flags({ runner: 10, state: 'integrated', next: 'clean' }), /finished|cleanable|syncable/);
  });

  it('marks what was adopted', () => {
    assert.match(taskOf(tree(workingRow({ adopted: true }))).description ?? '', / · adopted$/);
  });

  it('uses only the flags that the manifest knows, sorted', () => {
    const flags: Readonly<Record<string, readonly string[]>> = itemFlags;
    const rows = [taskRow(), workingRow({ task: 'ui' }), workingRow({ ...over, task: 'old' })];
    for (const node of nodesById(tree(...rows)).values()) {
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

  it('says in the tooltip what was brought along, what was not, the ports, and how the set-up went', () => {
    const row = workingRow({
      ready: {
        copied: ['.env', 'node_modules/', 'a', 'b', 'c', 'd', 'e', 'f'],
        leftOut: [{ path: 'secret', why: 'it is a link' }],
      },
      port: 4310,
      setup: { exit: 3, skipped: false, commands: [{ command: 'npm ci', exit: 3, ms: 10 }] },
      adopted: true,
      archives: [archive],
    });
    const tooltip = taskOf(tree(row)).tooltip?.(now) ?? '';
    assert.match(tooltip, /Copied along: \\\.env, node\\_modules\/, a, b, c, d and 2 more/);
    assert.match(tooltip, /Left out: secret \(it is a link\)/);
    assert.match(tooltip, /Ports: 4310–4319/);
    assert.match(tooltip, /Set-up: npm ci failed with exit code 3/);
    assert.match(tooltip, /Adopted/);
    assert.match(tooltip, /Kept from 2026-01-02 until 2026-02-01: 1\.2\u00a0GB/);
    const plain = taskOf(tree(workingRow())).tooltip?.(now) ?? '';
    assert.doesNotMatch(plain, /Ports|Set-up|Copied|Adopted|Kept/);
    assert.doesNotMatch(plain, /---\n\n---/, 'no empty section');
  });

  it('lets no text from outside become Markdown, an icon or a second line', () => {
    const hostile = '[x](command:evil) **b** $(alert)\n<img src=x> \u202egnp';
    const row = workingRow({
      title: hostile,
      branch: hostile,
      base: hostile,
      held: hostile,
      scope: [hostile],
      ready: { copied: [hostile], leftOut: [{ path: hostile, why: hostile }] },
      setup: { exit: 1, skipped: false, commands: [{ command: hostile, exit: 1, ms: 1 }] },
      app: { pid: 1, port: 1, url: hostile, log: hostile },
    });
    const node = taskOf(tree(row));
    assert.doesNotMatch(node.label, /\n|\u202e/);
    const tooltip = node.tooltip?.(new Date()) ?? '';
    assert.doesNotMatch(tooltip, /(?<!\\)\[x|(?<!\\)\*\*b|(?<!\\)\$\(|(?<!\\)<img/);
  });
});

describe('the trash that may be deleted', () => {
  const kept = (id: string, at: string, bytes: number | null) => ({ ...archive, id, at, bytes });
  const three = [
    kept('new', '2026-01-12T00:00:00.000Z', 40),
    kept('old', '2026-01-02T00:00:00.000Z', 50),
    kept('unknown', '2026-01-03T00:00:00.000Z', null),
  ];

  it('is what is old, whatever its size', () => {
    assert.deepEqual([...offeredArchives(three, now, null)], []);
    const late = new Date(archive.expires);
    assert.deepEqual([...offeredArchives(three, late, null)], ['old', 'unknown', 'new']);
  });

  it('is the oldest beyond the limit, and no more than that takes', () => {
    assert.deepEqual([...offeredArchives(three, now, 89)], ['old']);
    assert.deepEqual([...offeredArchives(three, now, 90)], []);
    assert.deepEqual([...offeredArchives(three, now, 0)], ['old', 'unknown', 'new']);
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
