import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checklistText } from '../../../src/cli/checklistText';
import { type ChecklistJson, checklistItems } from '../../../src/contract/checklist';
import { makeRepository, memoryFolder, withTempDir } from '../support/repositories';
import { withOpen } from '../tasks/host';
import { cli, cliFile, cliJson, spawnTasks, taskRow, writePlan } from './support';

const task = (title: string) => `---\ntitle: ${title}\nagent: demo\n---\nDo it.\n`;

async function withPlan(fn: (root: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writePlan(root, 'p', { a: task('A'), b: task('B') });
    await fn(root);
  }, memoryFolder());
}

const verdictOf = (json: ChecklistJson, id: string) => json.items.find((item) => item.id === id)?.verdict;

describe('cli: checklist', function () {
  this.timeout(60_000);
  before(async () => void (await cliFile()));

  it('has the eleven items in their groups, and an answer that goes stale when a branch moves', () =>
    withPlan(async (root) => {
      await spawnTasks(root, ['p/a', 'p/b']);
      const json = await cliJson<ChecklistJson>(root, ['checklist', 'p']);
      assert.equal(json.plan, 'p');
      assert.deepEqual(
        json.items.map(({ id, group, text }) => ({ id, group, text })),
        checklistItems,
      );
      for (const item of json.items) {
        assert.deepEqual(Object.keys(item).sort(), [
          'at',
          'by',
          'commits',
          'evidence',
          'group',
          'id',
          'links',
          'text',
          'verdict',
        ]);
      }
      const args = ['checklist', 'p', '--answer', 'reviewed=pass', '--note', 'read all of it'];
      const answered = await cliJson<ChecklistJson>(root, args);
      assert.equal(verdictOf(answered, 'reviewed'), 'pass');
      const { worktree } = await taskRow(root, 'p/b');
      await mkdir(path.join(worktree ?? '', 'src'), { recursive: true });
      await writeFile(path.join(worktree ?? '', 'src', 'new.txt'), 'new\n');
      const moved = await cliJson<ChecklistJson>(root, ['checklist', 'p']);
      assert.equal(verdictOf(moved, 'reviewed'), 'stale');
      const back = await cliJson<ChecklistJson>(root, ['checklist', 'p', '--answer', 'reviewed=ask']);
      assert.equal(verdictOf(back, 'reviewed'), 'ask');

      const { stdout } = await cli(root, ['checklist', 'p']);
      assert.match(
        stdout,
        /^Before the integration\n {2}ask {4}reviewed {11}All individual PRs reviewed and approved\n/,
      );
      assert.match(stdout, /^\d+ of 11 pass\n$/m);
    }));

  it('answers "no" with --exit-code until all eleven pass, and only then', () =>
    withPlan(async (root) => {
      await spawnTasks(root, ['p/a']);
      assert.equal((await cli(root, ['checklist', 'p'])).code, 0);
      assert.equal((await cli(root, ['checklist', 'p', '--exit-code'])).code, 1);
      await withOpen(root, async (repository) => {
        const shown = await repository.checklist('p');
        for (const { id } of checklistItems.slice(1)) {
          await repository.answerChecklist(shown, { item: id, verdict: 'pass', note: '' });
        }
      });
      assert.equal((await cli(root, ['checklist', 'p', '--exit-code'])).code, 1, 'one is left');
      const last = await cliJson<ChecklistJson>(root, ['checklist', 'p', '--answer', 'reviewed=pass']);
      assert.ok(last.items.every(({ verdict }) => verdict === 'pass'));
      assert.equal((await cli(root, ['checklist', 'p', '--exit-code'])).code, 0);
    }));

  it('refuses bad input with exit 2 and one line, and what a human has to look at with exit 4', () =>
    withPlan(async (root) => {
      const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
        [['checklist'], 2, /missing required argument/],
        [['checklist', 'nothing'], 2, /There is no plan "nothing"/],
        [['checklist', '../p'], 2, /There is no plan/],
        [['checklist', 'p', '--answer', 'coffee=pass'], 2, /There is no item "coffee"/],
        [['checklist', 'p', '--answer', 'reviewed'], 2, /"reviewed" is no answer/],
        [['checklist', 'p', '--answer', 'reviewed=stale'], 2, /is no answer: write ITEM=pass/],
        [['checklist', 'p', '--answer', 'reviewed=fail'], 2, /what is wrong with "reviewed"/],
        [['checklist', 'p', '--note', 'only'], 2, /A note belongs to an answer/],
        [['checklist', 'p', '--answer', 'reviewed=pass'], 4, /"p" has no branch yet/],
      ];
      for (const [args, code, says] of wrong) {
        const result = await cli(root, args);
        assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
        assert.match(result.stderr, says);
        assert.match(result.stderr, /^[^\n]+\n$/, 'one line');
        assert.equal(result.stdout, '');
      }
    }));

  it('writes nothing from a note or a name that could drive a terminal', () => {
    const hostile = 'x\u001b[2J\r\ny\u202e';
    const items = checklistItems.map((item) => ({
      ...item,
      verdict: 'fail' as const,
      evidence: hostile,
      links: [],
      by: hostile,
      at: '2030-01-01T00:00:00.000Z',
      commits: [],
    }));
    const text = checklistText({ plan: 'p', commits: [], untold: [], items });
    for (const character of ['\u001b', '\r', '\u202e']) assert.ok(!text.includes(character));
    assert.equal(text.split('\n').length, 3 + 11 * 2 + 3 + 2);
  });
});
