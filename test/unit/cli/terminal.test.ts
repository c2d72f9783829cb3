import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeRepository, withTempDir } from '../support/repositories';
import { bodies, cliEnvironment, cliFile, makeAgent, type TestAgent, taskRow, until, writePlan } from './support';

const one = { one: '---\ntitle: One\nagent: test\n---\nDo it well.\n' };

const open = new Set<ChildProcess>();

/** The command line in a terminal of its own, as an editor starts it. util-linux's `script` makes the terminal. */
async function inTerminal(cwd: string, args: readonly string[], env: Record<string, string>) {
  const quoted = [process.execPath, await cliFile(), ...args].map((part) => `'${part}'`).join(' ');
  const child: ChildProcess = spawn('script', ['-qec', `exec ${quoted}`, '/dev/null'], {
    cwd,
    env: cliEnvironment({ ...env, SHELL: '/bin/sh', PS1: '$ ' }),
    stdio: 'pipe',
  });
  open.add(child);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  // What is typed into a terminal that has just ended goes nowhere.
  child.stdin?.on('error', () => undefined);
  return {
    ended,
    text: () => text,
    type: (keys: string) => child.stdin?.write(keys),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Waits for the agent's end to be on record. */
async function untilEnded(repository: string, agent: TestAgent, text: () => string, reason: RegExp): Promise<void> {
  let seen = '';
  const look = async () => {
    const row = await taskRow(repository, 'p/one', agent);
    seen = `; seen: ${JSON.stringify(row)}, in the terminal: ${JSON.stringify(text())}`;
    const [first] = row.conditions;
    return first?.kind === 'failed' && reason.test(first.reason);
  };
  await until('its end', look, 45_000, () => seen);
}

const endsAtCtrlC = `process.on('SIGINT', () => process.exit(7)); console.log('agent-is-up'); ${bodies.stays}`;

describe('run in a terminal', function () {
  this.timeout(90_000);

  afterEach(() => {
    // After a failure something may still sit in its terminal.
    for (const child of open) child.kill('SIGKILL');
    open.clear();
  });

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    await cliFile();
  });

  it('leaves a shell in the worktree when the agent ends', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, `${bodies.commits} console.log('tty ' + (process.stdin.isTTY === true));`);
      await writePlan(repository, 'p', one);
      const terminal = await inTerminal(repository, ['run', 'p/one'], agent.env);
      // The lease is free while the shell is open.
      const row = await until('the review', async () => {
        const seen = await taskRow(repository, 'p/one', agent);
        return seen.state === 'review' && seen.runner === null ? seen : null;
      });
      assert.match(terminal.text(), /tty true/);
      terminal.type('echo "$PWD" > where; echo "$SWITCHYARD_TASK" >> where; exit\n');
      assert.equal(await terminal.ended, 0);
      const said = await readFile(path.join(row.worktree ?? '', 'where'), 'utf8');
      assert.deepEqual(said.trim().split('\n'), [row.worktree, 'one']);
    });
  });

  it('Ctrl-C reaches the agent; the runner lives to record its end', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, endsAtCtrlC);
      await writePlan(repository, 'p', one);
      const terminal = await inTerminal(repository, ['run', 'p/one'], agent.env);
      await until('the agent to be up', async () => terminal.text().includes('agent-is-up'));
      await until('its start to be on record', async () => (await taskRow(repository, 'p/one', agent)).agent.pid);
      terminal.type('\x03');
      await untilEnded(repository, agent, terminal.text, /^exited with 7$/);
      terminal.type('exit\n');
      assert.equal(await terminal.ended, 0);
    });
  });

  it('Ctrl-C pressed again and again does not end the runner before the end is on record', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, endsAtCtrlC);
      await writePlan(repository, 'p', one);
      const terminal = await inTerminal(repository, ['run', 'p/one'], agent.env);
      await until('the agent to be up', async () => terminal.text().includes('agent-is-up'));
      const pressing = setInterval(() => terminal.type('\x03'), 5);
      try {
        // Whoever is hit while it ends, or the shell while it starts, may end of it; the runner does not.
        await untilEnded(repository, agent, terminal.text, /^(exited with 7|stopped)$/);
      } finally {
        clearInterval(pressing);
      }
    });
  });

  it('a terminal that is closed ends the agent, and nothing is left behind', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, `process.on('SIGHUP', () => {}); console.log('agent-is-up'); ${bodies.stays}`);
      await writePlan(repository, 'p', one);
      const terminal = await inTerminal(repository, ['run', 'p/one'], agent.env);
      await until('its start to be on record', async () => (await taskRow(repository, 'p/one', agent)).agent.pid);
      // On record is the process; the program in it starts a little later.
      await until('the agent', async () => /agent-is-up/.test(terminal.text()));
      // Without its other side the terminal hangs up.
      terminal.kill();
      const row = await until('its end', async () => {
        const seen = await taskRow(repository, 'p/one', agent);
        return seen.runner === null && seen.conditions[0]?.kind === 'failed' ? seen : null;
      });
      assert.equal(row.conditions[0]?.reason, 'stopped');
      assert.equal((await agent.starts()).length, 1);
    });
  });

  it('a human works in a shell under the printed brief', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: one.one.replace('agent: test', 'agent: human') });
      const terminal = await inTerminal(repository, ['run', 'p/one'], {});
      await until('the brief', async () => /Do it well/.test(terminal.text()));
      const row = await until('the start', async () => {
        const seen = await taskRow(repository, 'p/one');
        return seen.state === 'working' ? seen : null;
      });
      assert.equal(row.agent.name, 'human');
      terminal.type('pwd > where; exit\n');
      await until('the work of the human', async () =>
        readFile(path.join(row.worktree ?? '', 'where'), 'utf8').catch(() => null),
      );
      await until('the review', async () => (await taskRow(repository, 'p/one')).state === 'review');
      terminal.type('exit\n');
      assert.equal(await terminal.ended, 0);
    });
  });

  it('a terminal that comes back after its agent ended gets a shell, not a second agent', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one);
      const first = await inTerminal(repository, ['run', 'p/one', '--launch', 'l1'], agent.env);
      await until('the review', async () => (await taskRow(repository, 'p/one', agent)).state === 'review');
      first.type('exit\n');
      await first.ended;
      const second = await inTerminal(repository, ['run', 'p/one', '--launch', 'l1'], agent.env);
      await until('the word', async () => /has ended; this is a shell/.test(second.text()));
      second.type('exit\n');
      assert.equal(await second.ended, 0);
      assert.equal((await agent.starts()).length, 1);
    });
  });

  it('a set-up that fails leaves a shell where it ran, with the ports, and the lease is free; then exit 4', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one, "---\ntitle: P\nsetup: ['test -t 0 && echo in a terminal; exit 5']\n---\n");
      const terminal = await inTerminal(repository, ['run', 'p/one'], agent.env);
      await until('the shell', async () => /This is a shell in its worktree/.test(terminal.text()));
      assert.match(terminal.text(), /in a terminal/);
      assert.match(terminal.text(), /ended with exit code 5/);
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual([row.state, row.conditions[0]?.kind, row.runner], ['queued', 'setup-failed', null]);
      terminal.type('echo "$PWD $SWITCHYARD_PORT" > where; exit\n');
      assert.equal(await terminal.ended, 4);
      const where = await readFile(path.join(row.worktree ?? '', 'where'), 'utf8');
      assert.equal(where, `${row.worktree} ${row.port}\n`);
      assert.deepEqual(await agent.starts(), []);
    });
  });

  it('Ctrl-C in the middle of a set-up ends it, and is on record', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one, "---\ntitle: P\nsetup: ['echo begun; sleep 600']\n---\n");
      const terminal = await inTerminal(repository, ['run', 'p/one'], agent.env);
      await until('the set-up', async () => /^begun/m.test(terminal.text()));
      terminal.type('\x03');
      await until('the shell', async () => /This is a shell in its worktree/.test(terminal.text()));
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual([row.state, row.conditions[0]?.kind, row.runner], ['queued', 'setup-failed', null]);
      terminal.type('exit\n');
      assert.equal(await terminal.ended, 130);
      assert.deepEqual(await agent.starts(), []);
    });
  });
});
