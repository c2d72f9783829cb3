import { strict as assert } from 'node:assert';
import type { Cell } from '../../../src/contract/conflicts';
import type { Proof } from '../../../src/core/conflicts/prove/provePair';
import { type ProofFacts, proofText } from '../../../src/extension/conflicts/proofText';
import { t } from './rows';

const proof: Proof = {
  a: { ref: 'agent/a', commit: 'a'.repeat(40) },
  b: { ref: 'agent/b', commit: 'b'.repeat(40) },
  size: { files: 3, bytes: 1200 },
  verdict: 'conflict',
  direction: 'a-into-b',
  merges: [
    {
      ours: 'agent/b',
      theirs: 'agent/a',
      verdict: 'conflict',
      steps: [
        { command: ['git', 'checkout', '--quiet', '--detach', 'agent/b', '--'], exit: 0, output: '' },
        {
          command: ['git', 'merge', '--no-commit', '--no-ff', 'agent/a'],
          exit: 1,
          output: 'Auto-merging x\nCONFLICT (content): Merge conflict in x\n',
        },
        { command: ['git', 'status', '--short', '--untracked-files=no'], exit: 0, output: 'UU x\n' },
      ],
    },
    {
      ours: 'agent/a',
      theirs: 'agent/b',
      verdict: 'clean',
      steps: [
        { command: ['git', 'checkout', '--quiet', '--detach', 'agent/a', '--'], exit: 0, output: '' },
        {
          command: ['git', 'merge', '--no-commit', '--no-ff', 'agent/b'],
          exit: 0,
          output: 'Automatic merge went well',
        },
      ],
    },
  ],
};
const cell: Cell = {
  verdict: 'conflict',
  reason: null,
  detail: null,
  direction: 'a-into-b',
  driver: null,
  files: [],
};
const facts = (o: Partial<ProofFacts> = {}): ProofFacts => ({
  proof,
  cell,
  agrees: true,
  at: new Date('2026-01-02T03:04:05Z'),
  uncommitted: ['agent/b'],
  ...o,
});

describe('the text of a proof', () => {
  it('shows what was run, all that git said, and whether the cell was right', () => {
    assert.equal(
      proofText(t, facts()),
      `The real merge of agent/a and agent/b, 2026-01-02T03:04:05.000Z
  agent/a = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  agent/b = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb (with its uncommitted work)

Merged in a scratch copy (3 files, 1.2\u00a0KB) with the configuration, attributes and merge drivers of the repository.
No hooks ran there. Your repository was only read; the copy is removed.

Git says: conflict, in one direction only
The matrix says: conflict, in one direction only
The cell is right.

=== agent/a merged into agent/b: conflict

$ git checkout --quiet --detach agent/b --

$ git merge --no-commit --no-ff agent/a
Auto-merging x
CONFLICT (content): Merge conflict in x
(exit code 1)

$ git status --short --untracked-files=no
UU x

=== agent/b merged into agent/a: clean

$ git checkout --quiet --detach agent/a --

$ git merge --no-commit --no-ff agent/b
Automatic merge went well
`,
    );
  });

  it('never calls right or wrong what is not known', () => {
    const unknown = proofText(t, facts({ agrees: null, cell: { ...cell, verdict: 'unknown', direction: null } }));
    assert.match(unknown, /The matrix says: unknown\nSo nothing can be said about the cell\./);
    const wrong = proofText(t, facts({ agrees: false, cell: { ...cell, verdict: 'clean', direction: null } }));
    assert.match(wrong, /The matrix says: clean\nThe cell is wrong/);
  });
});
