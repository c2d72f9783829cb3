import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import { open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError } from '../../../../src/core/worktrees/errors';
import type { SyncOutcome } from '../../../../src/core/worktrees/sync/request';
import type { OnStep } from '../../../../src/core/worktrees/sync/swap';
import { syncWorktree } from '../../../../src/core/worktrees/sync/syncWorktree';
import { commitAll, runGit, withTempDir } from '../../support/repositories';
import { leftovers, photograph, ref, type Scene, scene } from './support';

const edited = 'src/000/file-00001.txt';
const deleted = 'src/000/file-00002.txt';
const added = 'src/new.txt';
const long = process.env.SWITCHYARD_LONG === '1';

/** The base edits one file, deletes one and adds one; the branch has a commit of its own. */
async function moved(dir: string): Promise<Scene & { base: string; at: (name: string) => string }> {
  const s = await scene(dir);
  await writeFile(path.join(s.worktree, 'own.txt'), 'own\n');
  await commitAll(s.worktree, 'own');
  await writeFile(path.join(s.root, edited), 'from the base\n');
  await rm(path.join(s.root, deleted));
  await writeFile(path.join(s.root, added), 'new on the base\n');
  const base = await commitAll(s.root, 'base');
  return { ...s, base, at: (name) => path.join(s.worktree, name) };
}

function sync(s: Scene & { base: string }, onStep?: OnStep): Promise<SyncOutcome> {
  const { worktree, base } = s;
  return syncWorktree(s.deps, {
    ref,
    worktree,
    branch: 'agent/api',
    base,
    baseName: 'main',
    method: 'rebase',
    onStep,
  });
}

/** Does something once, the first time the switch is at that place. */
function atStep(file: string, moment: string, action: () => Promise<void>): OnStep {
  let done = false;
  return async (step, at) => {
    if (done || step.path !== file || at !== moment) return;
    done = true;
    await action();
  };
}

/** The ways in which programs save a file. */
const ways: Record<string, (file: string, text: string) => Promise<void>> = {
  'written in place': (file, text) => writeFile(file, text),
  'replaced by a rename': async (file, text) => {
    await writeFile(`${file}.tmp`, text);
    await rename(`${file}.tmp`, file);
  },
  'removed and made anew': async (file, text) => {
    await rm(file, { force: true });
    await writeFile(file, text, { flag: 'wx' });
  },
};

interface Edit {
  readonly file: string;
  readonly moment: 'before' | 'taken' | 'placed';
  readonly way: string;
  readonly save: (file: string, text: string) => Promise<void>;
}

const allEdits: readonly Edit[] = [edited, deleted, added].flatMap((file) =>
  (['before', 'taken', 'placed'] as const)
    .filter((moment) => file !== deleted || moment !== 'placed')
    .flatMap((moment) => Object.entries(ways).map(([way, save]) => ({ file, moment, way, save }))),
);

/** Each moment of each file once, saved in one of the ways: each way comes, with others at each time. */
function someEdits(): readonly Edit[] {
  const count = Object.keys(ways).length;
  const offset = Math.floor(Math.random() * count);
  return allEdits.filter((_, index) => (index + Math.floor(index / count)) % count === offset);
}

describe('worktrees: an edit during a sync', () => {
  for (const { file, moment, way, save } of long ? allEdits : someEdits()) {
    it(`is kept: ${file} ${way}, ${moment}`, () =>
      withTempDir(async (dir) => {
        const s = await moved(dir);
        const text = `a human's text, ${way}, ${moment}\n`;
        const outcome = await sync(
          s,
          atStep(file, moment, () => save(s.at(file), text)),
        );
        assert.equal(await readFile(s.at(file), 'utf8'), text);
        assert.ok(outcome.result === 'synced' || outcome.result === 'conflicting', JSON.stringify(outcome));
        const head = await runGit(s.worktree, 'rev-parse', 'HEAD');
        assert.equal(head, outcome.result === 'synced' ? outcome.to : outcome.head);
        assert.deepEqual(await leftovers(s), []);
        // Nothing but that file differs from what HEAD and index say.
        const status = await runGit(s.worktree, 'status', '--porcelain', '--untracked-files=all');
        assert.deepEqual(
          status.split('\n').map((line) => line.slice(3)),
          [file],
        );
      }));
  }

  it('is kept when a program has the file open while it is exchanged, and writes afterwards', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      const handle = await open(s.at(edited), 'r+');
      try {
        const outcome = await sync(
          s,
          atStep(added, 'placed', async () => {
            await handle.write('late', 0);
          }),
        );
        assert.equal(outcome.result, 'conflicting');
        assert.match(await readFile(s.at(edited), 'utf8'), /^late/);
        // The very same file: what the program writes next is there too.
        await handle.write('LATE', 0);
        assert.match(await readFile(s.at(edited), 'utf8'), /^LATE/);
        assert.deepEqual(await leftovers(s), []);
      } finally {
        await handle.close();
      }
    }));

  it('of another file than those exchanged becomes an unstaged change', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      const other = 'src/000/file-00003.txt';
      const outcome = await sync(
        s,
        atStep(edited, 'taken', () => writeFile(s.at(other), 'mine\n')),
      );
      assert.equal(outcome.result, 'synced');
      assert.equal(await runGit(s.worktree, 'status', '--porcelain'), ` M ${other}`);
    }));

  it('that deletes the file is kept: it conflicts with the edit of the base', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      const outcome = await sync(
        s,
        atStep(edited, 'before', () => rm(s.at(edited))),
      );
      assert.equal(outcome.result, 'conflicting');
      assert.equal(await runGit(s.worktree, 'status', '--porcelain'), ` D ${edited}`);
    }));

  it('that fits is merged at the next attempt', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      await writeFile(path.join(s.root, 'long.txt'), 'one\ntwo\nthree\nfour\nfive\n');
      await commitAll(s.root, 'long');
      await runGit(s.worktree, 'rebase', '-q', 'main');
      await writeFile(path.join(s.root, 'long.txt'), 'ONE\ntwo\nthree\nfour\nfive\n');
      const base = await commitAll(s.root, 'long again');
      const save = () => writeFile(s.at('long.txt'), 'one\ntwo\nthree\nfour\nFIVE\n');
      const outcome = await sync({ ...s, base }, atStep('long.txt', 'before', save));
      assert.equal(outcome.result, 'synced');
      assert.equal(await readFile(s.at('long.txt'), 'utf8'), 'ONE\ntwo\nthree\nfour\nFIVE\n');
      assert.equal(await runGit(s.worktree, 'status', '--porcelain'), ' M long.txt');
    }));

  it('to something else than a file is kept', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      const save = async () => {
        await rm(s.at(edited));
        await symlink('elsewhere', s.at(edited));
      };
      const outcome = await sync(s, atStep(edited, 'before', save));
      assert.equal(outcome.result, 'conflicting');
      assert.equal(await runGit(s.worktree, 'status', '--porcelain'), ` T ${edited}`);
    }));

  it('at each attempt ends in a refusal that changes nothing', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      let n = 0;
      const endless: OnStep = async (step, moment) => {
        if (step.path === edited && moment === 'before') await writeFile(s.at(edited), 'line one of 1\nline two\n');
        n += 1;
      };
      await assert.rejects(sync(s, endless), (error: unknown) => {
        assert.ok(WorktreeError.is(error) && error.reason === 'changed-meanwhile');
        return true;
      });
      assert.ok(n >= 3);
      assert.equal(await runGit(s.worktree, 'status', '--porcelain'), '');
      assert.deepEqual(await leftovers(s), []);
    }));

  it('by a program that saves again and again loses no line', async function () {
    this.timeout(120_000);
    const seen = { synced: 0, refused: 0 };
    for (const pauseMs of [3, 30, 100, 300]) {
      await withTempDir(async (dir) => {
        const s = await scene(dir);
        const lines = Array.from({ length: 9 }, (_, i) => `text ${i}\n`);
        await writeFile(path.join(s.root, 'log.txt'), lines.join(''));
        await commitAll(s.root, 'log');
        await runGit(s.worktree, 'rebase', '-q', 'main');
        await writeFile(path.join(s.root, 'log.txt'), ['from the base\n', ...lines.slice(1)].join(''));
        const base = await commitAll(s.root, 'base');
        const file = path.join(s.worktree, 'log.txt');
        // Appends numbered lines, each time opening the file anew; where it is missing for an instant, it tries again.
        const script = `const fs = require('node:fs'); let n = 0;
          process.on('SIGTERM', () => { process.stdout.write(String(n)); process.exit(0); });
          setInterval(() => { try { const f = fs.openSync(process.argv[1], fs.constants.O_WRONLY | fs.constants.O_APPEND);
            fs.writeSync(f, 'line ' + (n + 1) + '\\n'); n += 1; fs.closeSync(f); } catch (e) { if (e.code !== 'ENOENT') throw e; } }, ${pauseMs});`;
        const writer = spawn(process.execPath, ['-e', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
        let said = '';
        writer.stdout.on('data', (data) => {
          said += data;
        });
        while (!(await readFile(file, 'utf8')).includes('line 1\n')) await new Promise((r) => setTimeout(r, 5));
        try {
          const outcome = await sync({ ...s, base });
          assert.equal(outcome.result, 'synced');
          seen.synced += 1;
        } catch (error) {
          if (!WorktreeError.is(error) || error.reason !== 'changed-meanwhile') throw error;
          seen.refused += 1;
        } finally {
          writer.kill('SIGTERM');
          await once(writer, 'close');
        }
        const found = (await readFile(file, 'utf8')).split('\n').filter((line) => /^line \d+$/.test(line));
        const written = Array.from({ length: Number(said) }, (_, i) => `line ${i + 1}`);
        assert.ok(written.length > 0);
        assert.deepEqual(found, written);
        assert.deepEqual(await leftovers(s), []);
      });
    }
    console.log(`      ${JSON.stringify(seen)}`);
  });

  it('beside it: git commands of the user wait or fail, and never see a half-done index', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      const seen: string[] = [];
      const outcome = await sync(s, async (_step, moment) => {
        if (moment !== 'taken') return;
        await writeFile(s.at('beside.txt'), 'beside\n');
        seen.push(
          await runGit(s.worktree, 'add', 'beside.txt').then(
            () => 'added',
            (error: Error) => (/index\.lock/.test(error.message) ? 'locked' : error.message),
          ),
        );
      });
      assert.equal(outcome.result, 'synced');
      assert.deepEqual(new Set(seen), new Set(['locked']));
      assert.equal(await runGit(s.worktree, 'status', '--porcelain'), '?? beside.txt');
    }));

  it('is not made by us: a sync without edits leaves times of other files alone', () =>
    withTempDir(async (dir) => {
      const s = await moved(dir);
      appendFileSync(s.at('notes.log'), 'untracked\n');
      const before = await photograph(s.worktree);
      assert.equal((await sync(s)).result, 'synced');
      const after = await photograph(s.worktree);
      assert.equal(after['notes.log'], before['notes.log']);
      assert.equal(existsSync(s.at(deleted)), false);
      assert.equal(await readFile(s.at(edited), 'utf8'), 'from the base\n');
    }));
});
