import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { makeRepository, runGit } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { committedTree, withRepository } from './support';

const names = ['a', 'b', 'd/e', 'd/f', 'd/g/h', 'odd "name"\n', 'x.log', 'd/y.log', 'k.crlf'];
const name = fc.constantFrom(...names);
const text = fc.constantFrom('one\n', 'two\n', 'one\r\ntwo\r\n', '', 'binary\0');

const edit = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), name, text }),
  fc.record({ kind: fc.constant('append' as const), name, text }),
  fc.record({ kind: fc.constant('remove' as const), name: fc.constantFrom(...names, 'd', 'd/g') }),
  fc.record({ kind: fc.constant('move' as const), name, to: name }),
  fc.record({ kind: fc.constant('mode' as const), name }),
  fc.record({ kind: fc.constant('link' as const), name, to: fc.constantFrom('a', 'd', 'nowhere') }),
  fc.record({ kind: fc.constant('link folder' as const), to: fc.constantFrom('elsewhere', 'nowhere') }),
  fc.record({ kind: fc.constant('ignore' as const), text: fc.constantFrom('*.log\n', 'd/\n', '!x.log\n', '/b\n') }),
  fc.record({ kind: fc.constant('attributes' as const), text: fc.constantFrom('*.crlf text eol=crlf\n', '* -text\n') }),
  fc.record({
    kind: fc.constant('git' as const),
    args: fc.oneof(
      fc.constantFrom(
        ['add', '-A'],
        ['add', '-f', '.'],
        ['reset', '-q'],
        ['add', '-N', '.'],
        ['stash', 'list'],
        ['status'],
      ),
      name.map((one) => ['add', '-f', '--', one]),
      name.map((one) => ['rm', '-q', '--cached', '--', one]),
      name.map((one) => ['update-index', '--assume-unchanged', '--', one]),
      name.map((one) => ['update-index', '--skip-worktree', '--', one]),
      fc.constantFrom(
        ['commit', '-q', '-m', 'some'],
        ['commit', '-q', '-a', '-m', 'all'],
        ['checkout', '-q', '--detach'],
      ),
    ),
  }),
  fc.record({ kind: fc.constant('look' as const) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** Does one step; what the file system or git refuses is no step. */
async function apply(root: string, step: Edit): Promise<void> {
  const at = (relative: string) => path.join(root, relative);
  if (step.kind === 'git') await runGit(root, ...step.args);
  else if (step.kind === 'ignore') await appendFile(at('.gitignore'), step.text);
  else if (step.kind === 'attributes') await writeFile(at('.gitattributes'), step.text);
  else if (step.kind === 'link folder') {
    await rename(at('d'), at('elsewhere'));
    await symlink(step.to, at('d'));
  } else if (step.kind !== 'look') {
    const target = at(step.name);
    if (step.kind === 'remove') await rm(target, { recursive: true });
    else if (step.kind === 'mode') await chmod(target, 0o755);
    else {
      await mkdir(path.dirname(target), { recursive: true });
      if (step.kind === 'write') await writeFile(target, step.text);
      if (step.kind === 'append') await appendFile(target, step.text);
      if (step.kind === 'move') await rename(target, at(step.to));
      if (step.kind === 'link') {
        await rm(target, { force: true });
        await symlink(step.to, target);
      }
    }
  }
}

describe('snapshots: any edits', () => {
  it('have the tree that git add and git commit make of them in a copy', function () {
    this.timeout(1_800_000);
    return fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 14 }), (steps) =>
        withRepository(makeRepository, async (root, looking, dir) => {
          for (const one of names) await apply(root, { kind: 'write', name: one, text: 'one\n' });
          await runGit(root, 'add', '-A');
          await runGit(root, 'commit', '-q', '-m', 'names');
          await looking.take();
          for (const step of steps) {
            await apply(root, step).catch(() => undefined);
            if (step.kind === 'look') await looking.take();
          }
          const taken = await looking.take();
          assert.equal(taken.unknown, null);
          assert.deepEqual(taken.leftOut, []);
          const tree = await looking.inScratch('rev-parse', `${taken.commit}^{tree}`);
          const expected = await committedTree(root, dir);
          if (tree !== expected) {
            const there = await readdir(root);
            const status = await runGit(root, 'status', '--porcelain', '--ignored', '-uall');
            assert.fail(`${tree} is not ${expected}\n${there}\n${status}`);
          }
        }),
      ),
      sampled(40),
    );
  });
});
