import { strict as assert } from 'node:assert';
import { worktreeNodes } from '../../../src/extension/views/worktreeNodes';
import { t, worktreeRow } from './rows';

describe('the tree of worktrees', () => {
  it('shows the main one, those of tasks, foreign and lost ones', () => {
    const worktrees = [
      worktreeRow({ path: '/repo', branch: 'main', main: true, plan: null, task: null }),
      worktreeRow({ dirty: true }),
      worktreeRow({ path: '/elsewhere', branch: null, plan: null, task: null, locked: 'on a stick' }),
      worktreeRow({ path: '/lost', prunable: 'gitdir file points to non-existent location' }),
    ];
    const facts = { id: '/repo/.git', name: 'repo', worktrees, here: new Set(['/repo']), partners: new Map() };
    const nodes = worktreeNodes([facts], t);
    assert.deepEqual(
      nodes.map(({ icon, label, description, contextValue }) => [icon?.id, label, description, contextValue]),
      [
        ['repo', 'repo', 'main · main worktree · this window', 'worktree+main'],
        ['git-branch', 'api', 'agent/api · changed', 'worktree+openable+task'],
        ['folder', 'elsewhere', 'detached · not a task · locked', 'worktree+adoptable+openable'],
        ['question', 'lost', 'agent/api · its folder is gone', 'worktree+task'],
      ],
    );
  });
});
