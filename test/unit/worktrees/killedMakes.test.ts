import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { recoverMake } from '../../../src/core/worktrees/make/recoverMake';
import { bundled } from '../support/bundled';
import { makeRepository, runGit, testEnvironment, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';
import { depsFor, makerProgram, until } from './support';

const names = ['one', 'two', 'three'];

interface Moment {
  /** After the process was ready to begin, in hundredths of the time that it takes undisturbed. */
  readonly percent: number;
  /** git dies with it, as when the machine loses power; else it outlives it. */
  readonly gitToo: boolean;
}

interface Place {
  readonly child: string;
  readonly root: string;
  readonly dir: string;
  readonly round: number;
  /** How long it takes undisturbed; infinite: it is not killed. */
  readonly wholeMs: number;
}

interface Killed {
  /** The worktrees it had told of. */
  readonly told: readonly string[];
  /** From when it was ready to its end. */
  readonly ms: number;
}

describe('making worktrees, killed at any moment', function () {
  this.timeout(process.env.SWITCHYARD_LONG === '1' ? 1_200_000 : 120_000);

  it('nothing half-made remains after the next start, and nothing that was told is lost', async function () {
    // Process groups and SIGKILL.
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 200 });
      await writeFile(path.join(dir, 'mine.txt'), 'mine');
      const child = await bundled(makerProgram);
      const seen = { nothing: 0, something: 0, everything: 0 };
      let round = 0;
      const moment = fc.record({ percent: fc.integer({ min: 0, max: 120 }), gitToo: fc.boolean() });
      const holds = async (each: Moment) => {
        round += 1;
        const at = { child, root, dir, round, wholeMs };
        const { told } = await killMaker(at, each);
        const whole = await settled(at);
        for (const name of told) assert.ok(whole.includes(name), `${name} was told and is gone`);
        if (whole.length === 0) seen.nothing += 1;
        else if (whole.length < names.length) seen.something += 1;
        else seen.everything += 1;
        assert.equal(await readFile(path.join(dir, 'mine.txt'), 'utf8'), 'mine');
      };
      const undisturbed = { child, root, dir, round, wholeMs: Number.POSITIVE_INFINITY };
      const first = await killMaker(undisturbed, { percent: 100, gitToo: false });
      assert.equal(first.told.length, names.length);
      const wholeMs = first.ms;
      await settled(undisturbed);
      await fc.assert(fc.asyncProperty(moment, holds), sampled(process.env.SWITCHYARD_LONG === '1' ? 20 : 4));
      console.log(`      killed: ${JSON.stringify(seen)}`);
      assert.equal(await runGit(root, 'fsck', '--no-dangling'), '');
    });
  });
});

/** A process that makes three worktrees at once dies at the moment. */
async function killMaker({ child, root, dir, round, wholeMs }: Place, { percent, gitToo }: Moment): Promise<Killed> {
  const base = await runGit(root, 'rev-parse', 'HEAD');
  const options = names.map((name) => {
    const ref = { plan: 'plan', task: name };
    return JSON.stringify({ ref, branch: `agent/${round}-${name}`, worktree: path.join(dir, `w${round}`, name), base });
  });
  const maker = spawn(process.execPath, [child, '--at-once', root, ...options], {
    env: testEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  maker.stdout?.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const gone = new Promise((resolve) => maker.once('close', resolve));
  await until('the maker begins', () => text.startsWith('ready\n') || maker.exitCode !== null, 30_000);
  const began = performance.now();
  if (wholeMs < Number.POSITIVE_INFINITY) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, (wholeMs * percent) / 100)), gone]);
    maker.kill('SIGKILL');
  }
  if (gitToo) await killGits(root, maker);
  await gone;
  const ms = performance.now() - began;
  const made = text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return { ms, told: made.map((line) => path.basename(JSON.parse(line).worktree)) };
}

/** The groups that the journals name, as they are when the maker is dead. */
async function killGits(root: string, maker: ChildProcess): Promise<void> {
  await until('the maker is dead', () => maker.signalCode !== null || maker.exitCode !== null);
  const cache = path.join(root, '.git', 'switchyard', 'cache');
  if (!existsSync(cache)) return;
  for (const name of (await readdir(cache)).filter((each) => each.endsWith('.json'))) {
    const { gitPid } = JSON.parse(await readFile(path.join(cache, name), 'utf8'));
    try {
      if (gitPid !== null) process.kill(-gitPid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** Starts anew until nothing is left to settle. @returns the worktrees that stand, each of them whole */
async function settled({ root, dir, round }: Place): Promise<string[]> {
  const deps = await depsFor(root);
  const journals = async () => (await readdir(deps.journalDir)).filter((name) => name.endsWith('.json'));
  await until(
    'everything is settled',
    async () => {
      await recoverMake(deps);
      return !existsSync(deps.journalDir) || (await journals()).length === 0;
      // A git that outlived its maker has to end by itself first.
    },
    45_000,
  );
  assert.doesNotMatch(deps.lines.join('\n'), /^(warn|error)/m);
  const listed = await runGit(root, 'worktree', 'list', '--porcelain');
  assert.doesNotMatch(listed, /^(locked|prunable)/m);
  const whole: string[] = [];
  for (const name of names) {
    const worktree = path.join(dir, `w${round}`, name);
    const branch = `agent/${round}-${name}`;
    const exists = existsSync(worktree);
    assert.equal(listed.includes(`worktree ${worktree}\n`), exists, `${name}: git and the disk agree`);
    assert.equal((await runGit(root, 'branch', '--list', branch)) !== '', exists, `${name}: so does the branch`);
    if (!exists) continue;
    assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
    assert.equal(await runGit(worktree, 'branch', '--show-current'), branch);
    whole.push(name);
    await runGit(root, 'worktree', 'remove', worktree);
    await runGit(root, 'branch', '-q', '-D', branch);
  }
  const admin = path.join(root, '.git', 'worktrees');
  assert.deepEqual(existsSync(admin) ? await readdir(admin) : [], []);
  const left = existsSync(deps.journalDir) ? await readdir(deps.journalDir) : [];
  assert.deepEqual(
    left.filter((name) => !name.endsWith('.new')),
    [],
  );
  return whole;
}
