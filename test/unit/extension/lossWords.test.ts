import { strict as assert } from 'node:assert';
import type { CleanJson, Loss } from '../../../src/contract/json';
import { consentGroups } from '../../../src/extension/views/lossWords';
import { size } from '../../../src/extension/words';
import { t } from './rows';

const losses: readonly Loss[] = [
  { kind: 'changes', path: 'src/a.ts', why: 'changed, not staged' },
  { kind: 'rebuildable', path: 'node_modules/', why: 'can be made again', bytes: 350_000_000 },
  { kind: 'unpushed', path: 'agent/api', why: '2 commits are on no remote' },
];

function answer(changes: Partial<CleanJson> = {}): CleanJson {
  return {
    plan: 'dashboard',
    task: 'api',
    cleaned: false,
    archive: null,
    wouldLose: losses,
    needs: ['discard-changes', 'delete-branch'],
    branch: { name: 'agent/api', deleted: false, integrated: { verdict: 'no' } },
    refused: null,
    ...changes,
  };
}

describe('what a clean-up asks', () => {
  it('is one thing for the folder and one for the branch, each with what it is about', () => {
    const groups = consentGroups(answer(), t);
    const shown = groups.map(({ consent, label, lines }) => [consent, label, lines.map((line) => line.label)]);
    assert.deepEqual(shown, [
      ['discard-changes', 'Discard what is only here', ['a.ts', 'node_modules/']],
      ['delete-branch', 'Delete branch agent/api', ['agent/api']],
    ]);
    assert.equal(groups[0]?.lines[0]?.description, 'changed, not staged · src');
    assert.equal(groups[0]?.lines[1]?.description, 'can be made again · 350\u00a0MB');
  });

  it('is nothing when nothing needs a consent', () => {
    assert.deepEqual(consentGroups(answer({ needs: [], wouldLose: [] }), t), []);
  });

  it('says when it is not known whether the branch has landed', () => {
    const branch = { name: 'b', deleted: false, integrated: { verdict: 'unknown', why: 'shallow history' } } as const;
    const [, group] = consentGroups(answer({ branch }), t);
    assert.equal(group?.description, 'not known whether it is integrated: shallow history');
  });

  it('lets no name become an icon or a second line', () => {
    const wouldLose = [{ kind: 'untracked', path: 'a\nb\u202e', why: 'x\ny' } as const];
    const [group] = consentGroups(answer({ wouldLose, needs: ['discard-changes'] }), t);
    assert.deepEqual(group?.lines[0], { label: 'a b', description: 'x y', icon: { id: 'new-file' } });
  });
});

describe('sizes', () => {
  it('are in the unit that fits, with one digit behind the point where it matters', () => {
    const shown = [0, 999, 1_000, 12_345, 99_949_999, 999_960, 1_234_000_000, 5e15].map((bytes) =>
      size(bytes).replace('\u00a0', ' '),
    );
    assert.deepEqual(shown, ['0 B', '999 B', '1.0 KB', '12.3 KB', '99.9 MB', '1.0 MB', '1.2 GB', '5000 TB']);
  });
});
