import { strict as assert } from 'node:assert';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addWorktree, makeRepository, runGit } from '../support/repositories';
import type { BuiltSide } from './support/build';
import { gitIn } from './support/hands';
import { inMemory } from './support/inMemory';
import { Ours } from './support/ours';

const isLong = process.env.SWITCHYARD_LONG === '1';

describe('conflicts: an agent that commits while the matrix runs', () => {
  it('not one of its git commands fails, and the last look sees its last commit', () =>
    inMemory(async (dir) => {
      const root = await makeRepository(dir, { files: 300 });
      const sides: BuiltSide[] = [{ ref: 'main', branch: 'main', worktree: root }];
      for (const name of ['agent', 'other']) {
        sides.push({ ref: name, branch: name, worktree: await addWorktree(root, path.join(dir, name), name) });
      }
      const agent = path.join(dir, 'agent');
      const rounds = isLong ? 400 : 40;
      const failures: string[] = [];
      let working = true;
      let watching = true;
      let looks = 0;
      const commits = async () => {
        // Where looks take long it goes on, so that more than one is beside its commits.
        for (let round = 0; round < rounds || (watching && looks < 2); round += 1) {
          for (let n = 0; n < 3; n += 1) {
            appendFileSync(path.join(agent, 'src/000', `file-0000${n}.txt`), `round ${round}\n`);
          }
          writeFileSync(path.join(agent, `new-${round}.txt`), 'new\n');
          for (const args of [
            ['add', '-A'],
            ['commit', '-q', '-m', `round ${round}`],
            ['status', '--porcelain'],
          ]) {
            const { exit, stderr } = await gitIn(agent, args);
            if (exit !== 0) failures.push(`git ${args.join(' ')}: ${stderr}`);
          }
        }
        working = false;
      };
      const ours = await Ours.open(root);
      const watch = async () => {
        while (working) {
          await ours.look(sides, 'main');
          looks += 1;
        }
      };
      await Promise.all([commits(), watch().finally(() => (watching = false))]);
      assert.deepEqual(failures, []);
      assert.ok(looks > 1, `only ${looks} looks`);
      await runGit(root, 'fsck', '--strict');
      // The same lines in another worktree: the conflict is with what the agent committed last.
      writeFileSync(path.join(dir, 'other', 'src/000/file-00000.txt'), 'other\n');
      const last = await ours.look(sides, 'main');
      const head = await runGit(agent, 'rev-parse', 'HEAD');
      assert.equal(last.sides.find((side) => side.ref === 'agent')?.snapshot.commit, head);
      assert.equal(last.pairs.find(({ a, b }) => a === 'agent' && b === 'other')?.verdict, 'conflict');
    })).timeout(isLong ? 600_000 : 120_000);
});
