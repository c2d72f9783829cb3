import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../../support/repositories';
import { clean, lines, type Pair, unknown, withPair } from './support';

interface Setting {
  /** What the cell names. */
  readonly detail: string;
  set(pair: Pair): Promise<unknown>;
  unset(pair: Pair): Promise<unknown>;
}

const more = ({ root }: Pair) => path.join(root, '..', 'more');

/** A file beside the repository, taken in under a condition. */
function included(condition: string): Setting {
  return {
    detail: 'merge.default',
    async set(pair) {
      await runGit(pair.root, 'config', '-f', more(pair), 'merge.default', 'binary');
      await runGit(pair.root, 'config', `includeIf.${condition}.path`, more(pair));
    },
    async unset(pair) {
      await runGit(pair.root, 'config', '--unset', `includeIf.${condition}.path`);
    },
  };
}

/** One line of a configuration. */
function line(detail: string, where: '--local' | '--worktree', key: string, value: string): Setting {
  return {
    detail,
    set: ({ a }) => runGit(a, 'config', where, key, value),
    unset: ({ a }) => runGit(a, 'config', where, '--unset', key),
  };
}

/** Settings by which merging into `a` is not what merging in the repository is. */
const settings: Readonly<Record<string, Setting>> = {
  'a configuration of the worktree': line('merge.default', '--worktree', 'merge.default', 'binary'),
  'attributes that only the worktree names': line(
    'core.attributesfile',
    '--worktree',
    'core.attributesFile',
    '/nowhere/rules',
  ),
  'a configuration for some folders': included('gitdir:**/worktrees/a'),
  'a configuration for some branches': included('onbranch:a'),
  'options of a branch': line('branch.a.mergeoptions', '--local', 'branch.a.mergeOptions', '--no-ff -s subtree'),
  'another strategy': line('pull.twohead', '--local', 'pull.twohead', 'resolve'),
  'attributes at a relative path': line('core.attributesfile', '--local', 'core.attributesFile', 'rules'),
  'attributes that are ignored': {
    detail: '.gitattributes',
    set: ({ a, write }) => write(a, { '.gitattributes': '*.txt -merge\n' }),
    unset: ({ a }) => rm(path.join(a, '.gitattributes')),
  },
};

async function bothChange({ a, b, write, commit }: Pair): Promise<void> {
  await write(a, { 'f.txt': lines(1) });
  await commit(a);
  await write(b, { 'f.txt': lines(8) });
  await commit(b);
}

describe('conflicts: a worktree that merges by rules of its own', () => {
  it('is unknown from the next look on, and clean again without', () =>
    withPair({}, async (pair) => {
      const { root, a, write } = pair;
      await runGit(root, 'config', 'extensions.worktreeConfig', 'true');
      await write(root, { '.git/info/exclude': '.gitattributes\nrules\n' });
      await write(a, { rules: '*.txt -merge\n' });
      await bothChange(pair);
      for (const [name, { detail, set, unset }] of Object.entries(settings)) {
        assert.deepEqual(await pair.cell(), clean, name);
        await set(pair);
        assert.deepEqual(await pair.cell(), unknown('own rules', detail), name);
        await unset(pair);
      }
      assert.deepEqual(await pair.cell(), clean);
    }));

  it('a configuration for some folders that says nothing about merging: clean', () =>
    withPair({}, async (pair) => {
      const { root } = pair;
      await bothChange(pair);
      await runGit(root, 'config', '-f', path.join(root, '..', 'more'), 'user.email', 'work@example.org');
      await runGit(root, 'config', 'includeIf.gitdir:**/worktrees/a.path', path.join(root, '..', 'more'));
      await runGit(root, 'config', 'branch.a.mergeOptions', '--no-ff');
      assert.deepEqual(await pair.cell(), clean);
      // What is included may be written to later.
      await runGit(root, 'config', '-f', path.join(root, '..', 'more'), 'merge.default', 'binary');
      assert.deepEqual(await pair.cell(), unknown('own rules', 'merge.default'));
    }));

  it('the program of a driver that changes: the cell is merged anew', () =>
    withPair({ '.gitattributes': '*.txt merge=mine\n' }, async (pair) => {
      const { root, write } = pair;
      const program = path.join(root, '..', 'driver.sh');
      await write(root, { '../driver.sh': 'exit 0\n' });
      await runGit(root, 'config', 'merge.mine.driver', `sh "${program}" %A`);
      await bothChange(pair);
      assert.deepEqual(await pair.cell(), clean);
      await write(root, { '../driver.sh': 'exit 1\n' });
      assert.equal((await pair.cell()).verdict, 'conflict');
    }));
});
