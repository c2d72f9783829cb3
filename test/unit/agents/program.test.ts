import { strict as assert } from 'node:assert';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agentEnvironment } from '../../../src/core/agents/environment';
import { AgentError } from '../../../src/core/agents/errors';
import { findProgram } from '../../../src/core/agents/program';
import { agentByName } from '../../../src/core/agents/registry';
import { defaultSettings } from '../../../src/core/ports';

const extension = process.platform === 'win32' ? '.cmd' : '';

describe('findProgram', () => {
  let root: string;
  const claude = agentByName('claude', defaultSettings);

  const program = async (...parts: string[]) => {
    const file = path.join(root, ...parts) + extension;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '');
    await chmod(file, 0o755);
    return file;
  };
  const missing = async (run: Promise<unknown>): Promise<string> => {
    const error = await run.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(AgentError.is(error) && error.reason === 'missing-program', String(error));
    return error.message;
  };

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'switchyard-program-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('takes the first on PATH, folders with spaces too, and skips what is no program', async () => {
    const found = await program('b c', 'claude');
    await program('d', 'claude');
    await mkdir(path.join(root, 'a', 'claude'), { recursive: true });
    const PATH = ['a', 'b c', 'd'].map((name) => path.join(root, name)).join(path.delimiter);
    assert.equal(await findProgram(claude, defaultSettings, { PATH }), found);
  });

  it('skips a file that may not be executed', async function () {
    if (process.platform === 'win32') this.skip();
    await chmod(await program('a', 'claude'), 0o644);
    const found = await program('b', 'claude');
    const PATH = `${path.join(root, 'a')}:${path.join(root, 'b')}`;
    assert.equal(await findProgram(claude, defaultSettings, { PATH }), found);
  });

  it('never searches the current directory: it is a worktree that others write to', async () => {
    const before = process.cwd();
    await program('claude');
    process.chdir(root);
    try {
      await missing(findProgram(claude, defaultSettings, { PATH: ['.', '', 'x'].join(path.delimiter) }));
      await missing(findProgram(claude, { ...defaultSettings, agentPaths: { claude: './claude' } }, { PATH: '' }));
    } finally {
      process.chdir(before);
    }
  });

  it('the setting wins over PATH, and a setting that is wrong is said and not passed over', async () => {
    const set = await program('own', 'my claude');
    const settings = { ...defaultSettings, agentPaths: { claude: set } };
    assert.equal(await findProgram(claude, settings, { PATH: path.dirname(await program('a', 'claude')) }), set);
    const wrong = { ...defaultSettings, agentPaths: { claude: path.join(root, 'nothing') } };
    assert.match(await missing(findProgram(claude, wrong, { PATH: path.join(root, 'a') })), /agentPaths.*nothing/);
  });

  it("Bad input: the agent's program missing: named, with how to install it and the setting", async () => {
    const message = await missing(findProgram(claude, defaultSettings, { PATH: root }));
    assert.match(message, /"claude" is not on PATH/);
    assert.match(message, /npm install -g @anthropic-ai\/claude-code/);
    assert.match(message, /switchyard\.agentPaths.* under "claude"/);
  });

  it('demo and human need none', async () => {
    for (const name of ['demo', 'human']) {
      assert.equal(await findProgram(agentByName(name, defaultSettings), defaultSettings, {}), null);
    }
  });
});

describe('agentEnvironment', () => {
  const place = {
    ref: { plan: 'p', task: 't' },
    worktree: '/w',
    branch: 'agent/t',
    base: 'main',
    storeDir: '/r/.git/switchyard',
    launcherDir: '/bin dir',
  };

  it('names the task and its place, and puts the launcher first on PATH once', () => {
    const first = agentEnvironment({ PATH: ['/usr/bin', '/bin'].join(path.delimiter), HOME: '/h' }, place);
    assert.deepEqual(first, {
      PATH: ['/bin dir', '/usr/bin', '/bin'].join(path.delimiter),
      HOME: '/h',
      SWITCHYARD_PLAN: 'p',
      SWITCHYARD_TASK: 't',
      SWITCHYARD_WORKTREE: '/w',
      SWITCHYARD_BRANCH: 'agent/t',
      SWITCHYARD_BASE: 'main',
      SWITCHYARD_STORE: '/r/.git/switchyard',
    });
    assert.equal(agentEnvironment(first, place).PATH, first.PATH);
  });

  it('keeps the spelling of Path', () => {
    const env = agentEnvironment({ Path: 'C:\\x' }, place);
    assert.deepEqual(
      Object.keys(env).filter((key) => key.toUpperCase() === 'PATH'),
      ['Path'],
    );
  });

  it('drops what another agent or task left, keeps what is ours to keep', () => {
    const env = agentEnvironment(
      {
        CLAUDECODE: '1',
        CLAUDE_CODE_ENTRYPOINT: 'cli',
        CLAUDE_CODE_USE_BEDROCK: '1',
        SWITCHYARD_PORT: '1',
        SWITCHYARD_DEMO_SECONDS: '0',
      },
      { ...place, ports: [4010, 4011] },
    );
    assert.equal(env.CLAUDECODE, undefined);
    assert.equal(env.CLAUDE_CODE_ENTRYPOINT, undefined);
    assert.equal(env.CLAUDE_CODE_USE_BEDROCK, '1');
    assert.equal(env.SWITCHYARD_DEMO_SECONDS, '0');
    assert.equal(env.SWITCHYARD_PORT, '4010');
    assert.equal(env.SWITCHYARD_PORT_1, '4011');
    assert.equal(env.SWITCHYARD_PORT_0, undefined);
  });
});
