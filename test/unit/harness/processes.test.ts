import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { killMarked, run } from '../../../scripts/processes.mjs';
import { cleanUp, makeFolder } from '../../harness/cleanup';
import { cleanEnvironment, startProgram } from '../../harness/programs';
import { waitFor } from '../../harness/waitFor';

/** A process that starts another one which leaves its group, as an agent in a terminal does; both write their pids. */
const family = `
const { spawn } = require('node:child_process');
const { appendFileSync } = require('node:fs');
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
appendFileSync('pids', process.pid + ' ' + child.pid);
setInterval(() => {}, 1000);`;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // no such process
  }
};

describe('child processes of the harness', () => {
  afterEach(() => cleanUp());

  async function startFamily() {
    const folder = await makeFolder('family');
    const program = startProgram(process.execPath, ['-e', family], { cwd: folder, env: cleanEnvironment(folder) });
    const pids = await waitFor('both have started', () => {
      const found = readFileSync(path.join(folder, 'pids'), 'utf8').split(' ').map(Number);
      return found.length === 2 && found;
    });
    return { program, pids };
  }

  it('ends a program with what left its process group', async function () {
    if (process.platform !== 'linux') this.skip();
    const { program, pids } = await startFamily();
    assert.deepEqual(pids.map(alive), [true, true]);
    await program.stop();
    await waitFor('both are gone', () => !pids.some(alive));
  });

  it('ends a command at its deadline and says so', async () => {
    const started = performance.now();
    const result = await run(process.execPath, ['-e', 'console.log("begun"); setInterval(() => {}, 1000)'], {
      quiet: true,
      deadlineMs: 1_500,
    });
    assert.equal(result.timedOut, true);
    assert.notEqual(result.code, 0);
    assert.match(result.output, /begun/);
    assert.ok(performance.now() - started < 10_000);
  });

  it('reports a program that does not exist', async () => {
    const { code, output } = await run('switchyard-no-such-program', [], { quiet: true });
    assert.equal(code, 127);
    assert.match(output, /ENOENT/);
  });

  it('does not wait for a grandchild that keeps the output open', async () => {
    const script = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true, stdio: 'inherit' }).unref();`;
    const env = { ...process.env, SWITCHYARD_TEST_FAMILY: 'grandchild' };
    const started = performance.now();
    const { code } = await run(process.execPath, ['-e', script], { quiet: true, deadlineMs: 15_000, env });
    assert.equal(code, 0);
    assert.ok(performance.now() - started < 12_000);
    if (process.platform === 'linux') assert.equal(killMarked('SWITCHYARD_TEST_FAMILY', 'grandchild'), 1);
  });

  it('gives a program nothing of its starter but the list', () => {
    process.env.VSCODE_IPC_HOOK_CLI = '/tmp/hook';
    try {
      const environment = cleanEnvironment('/home/test', { ADDED: 'yes' });
      assert.equal(environment.VSCODE_IPC_HOOK_CLI, undefined);
      assert.equal(environment.HOME, '/home/test');
      assert.equal(environment.ADDED, 'yes');
      assert.equal(environment.PATH, process.env.PATH);
    } finally {
      delete process.env.VSCODE_IPC_HOOK_CLI;
    }
  });
});
