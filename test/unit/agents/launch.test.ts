import { strict as assert } from 'node:assert';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { knownAgents, permissionModes } from '../../../src/contract/plan';
import { AgentError } from '../../../src/core/agents/errors';
import { permissionsOf, permissionTable } from '../../../src/core/agents/permissions';
import { resumePrompt } from '../../../src/core/agents/prompt';
import { agentByName, allAgents } from '../../../src/core/agents/registry';
import { defaultSettings } from '../../../src/core/ports';
import { launchContext } from './context';

const session = '11111111-1111-4111-8111-111111111111';
const agent = (name: string) => agentByName(name, defaultSettings);
const models = ['claude', 'codex', 'gemini', 'copilot', 'opencode'];
const reasonOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return AgentError.is(error) ? error.reason : error;
  }
  return null;
};

describe('agents: command lines', () => {
  it("knows every agent of the contract, and the user's own after them", () => {
    const own = { ...defaultSettings, customAgents: { mine: { command: ['mine'] }, claude: { command: ['evil'] } } };
    assert.deepEqual(
      allAgents(own)
        .map((one) => one.name)
        .sort(),
      [...knownAgents, 'mine'].sort(),
    );
    assert.equal(agentByName('claude', own).program, 'claude');
  });

  it('Bad input: an agent that nobody knows is refused, with the names there are', () => {
    assert.equal(
      reasonOf(() => agentByName('clade', defaultSettings)),
      'unknown-agent',
    );
    assert.throws(() => agentByName('clade', defaultSettings), /claude.*switchyard\.customAgents/);
  });

  it('claude: a session of ours, settings by flag, the brief after "--"', () => {
    const spec = agent('claude').launch(launchContext());
    assert.deepEqual(spec.args, [
      '--session-id',
      session,
      '--model',
      'some-model',
      '--permission-mode',
      'acceptEdits',
      '--allowedTools',
      'Bash(git add *),Bash(git commit *)',
      '--',
      'This is the brief.\n',
    ]);
    assert.equal(spec.session, session);
    const headless = agent('claude').launch(launchContext({ headless: true, model: null, permissions: 'ask' }));
    assert.deepEqual(headless.args, ['-p', '--session-id', session, '--permission-mode', 'default']);
    assert.equal(headless.input, 'This is the brief.\n');
    const resumed = agent('claude').launch(launchContext({ resume: 'old', permissions: 'full', model: null }));
    assert.deepEqual(resumed.args, ['--resume', 'old', '--permission-mode', 'bypassPermissions']);
    assert.equal(resumed.session, 'old');
  });

  it('claude: a brief by file comes with leave to read that one file', () => {
    const spec = agent('claude').launch(launchContext({ brief: `B ${'x'.repeat(200_000)}` }));
    const rule = JSON.parse(spec.args[spec.args.indexOf('--settings') + 1] ?? '');
    assert.deepEqual(rule, { permissions: { allow: ['Read(//repo/.git/switchyard/texts/abc)'] } });
  });

  it('codex: exec reads its standard input; a session is its own until it is resumed', () => {
    const spec = agent('codex').launch(launchContext({ headless: true, permissions: 'ask' }));
    assert.deepEqual(spec.args, [
      'exec',
      '-c',
      'sandbox_mode="read-only"',
      '-c',
      'approval_policy="on-request"',
      '--model',
      'some-model',
      '--',
      '-',
    ]);
    assert.equal(spec.session, null);
    const resumed = agent('codex').launch(
      launchContext({ headless: true, resume: 'id', permissions: 'full', model: null }),
    );
    assert.deepEqual(resumed.args.slice(0, 2), ['exec', 'resume']);
    assert.deepEqual(resumed.args.slice(-3), ['--', 'id', '-']);
    assert.equal(resumed.input, resumePrompt);
    assert.equal(resumed.session, 'id');
  });

  it('codex: the sandbox opens what a commit needs and exists, nothing else of the repository', async () => {
    const root = await realpath(await mkdtemp(path.join(tmpdir(), 'switchyard-codex-')));
    try {
      const commonDir = path.join(root, 'a "b"', '.git');
      const own = path.join(commonDir, 'worktrees', 'one');
      const worktree = path.join(root, 'work tree');
      for (const folder of [own, path.join(commonDir, 'objects'), path.join(commonDir, 'refs'), worktree]) {
        await mkdir(folder, { recursive: true });
      }
      const point = (folder: string) => writeFile(path.join(worktree, '.git'), `gitdir: ${folder}\n`);
      const rootsOf = (permissions: 'ask' | 'edits') =>
        agent('codex')
          .launch(launchContext({ commonDir, worktree, permissions }))
          .args.find((arg) => arg.startsWith('sandbox_workspace_write.writable_roots='))
          ?.replace(/^[^=]*=/, '');
      await point(own);
      assert.deepEqual(JSON.parse(rootsOf('edits') ?? ''), [
        path.join(commonDir, 'objects'),
        path.join(commonDir, 'refs'),
        own,
      ]);
      assert.equal(rootsOf('ask'), undefined);
      for (const elsewhere of [root, commonDir, path.join(root, 'gone')]) {
        await point(elsewhere);
        assert.equal(rootsOf('edits'), undefined);
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('gemini, copilot, opencode: values are joined to their options by "="', () => {
    const brief = 'Brief -- with\nlines';
    assert.equal(agent('gemini').launch(launchContext({ brief })).args.at(-1), `--prompt-interactive=${brief}`);
    assert.equal(agent('copilot').launch(launchContext({ brief })).args.at(-1), `--interactive=${brief}`);
    assert.equal(agent('opencode').launch(launchContext({ brief })).args.at(-1), `--prompt=${brief}`);
    assert.deepEqual(
      agent('gemini')
        .launch(launchContext({ resume: 'old', model: null }))
        .args.slice(0, 2),
      ['--skip-trust', '--resume=old'],
    );
    assert.equal(agent('copilot').launch(launchContext({ resume: 'old' })).args[0], '--resume=old');
    assert.deepEqual(agent('opencode').launch(launchContext({ resume: 'old', headless: true, model: null })).args, [
      'run',
      '--session=old',
    ]);
  });

  it('opencode: rules that ask are in its environment, not in the worktree', () => {
    const rules = (permissions: 'ask' | 'edits' | 'full') =>
      agent('opencode').launch(launchContext({ permissions })).env.OPENCODE_PERMISSION;
    assert.equal(JSON.parse(rules('ask') ?? '').edit, 'ask');
    assert.equal(JSON.parse(rules('edits') ?? '').bash['*'], 'ask');
    assert.equal(rules('full'), undefined);
    const long = agent('opencode').launch(launchContext({ brief: 'x'.repeat(200_000) }));
    assert.deepEqual(Object.values(JSON.parse(long.env.OPENCODE_PERMISSION ?? '').external_directory), [
      'ask',
      'allow',
    ]);
  });

  it('demo: called through our own command line, one option per glob', () => {
    const spec = agent('demo').launch(launchContext({ scope: ['-x', 'src/db/**'], headless: true }));
    assert.equal(spec.command, '/usr/bin/node');
    assert.deepEqual(spec.args, [
      '/dist/cli.js',
      'demo-agent',
      '--brief',
      launchContext().briefFile,
      '--task',
      'dash/db',
      '--scope=-x',
      '--scope=src/db/**',
    ]);
  });

  it('human: a shell with the brief above it; Bad input: headless is refused', () => {
    const spec = agent('human').launch(launchContext({ brief: 'Do\u001b[2J it', env: { SHELL: '/bin/zsh' } }));
    assert.equal(spec.command, '/bin/zsh');
    assert.equal(spec.banner, 'Do[2J it');
    assert.equal(
      reasonOf(() => agent('human').launch(launchContext({ headless: true }))),
      'unsupported-mode',
    );
    const windows = agent('human').launch(launchContext({ env: { COMSPEC: 'C:\\cmd.exe' }, platform: 'win32' }));
    assert.equal(windows.command, 'C:\\cmd.exe');
  });

  for (const name of models) {
    it(`${name}: only what findProgram found is started, and the worktree stays free of settings`, () => {
      for (const headless of [true, false]) {
        for (const permissions of permissionModes) {
          const spec = agent(name).launch(launchContext({ headless, permissions, program: '/opt/x/prog' }));
          assert.equal(spec.command, '/opt/x/prog');
          assert.equal(spec.env.PATH, '/usr/bin');
          assert.equal(spec.input === null, !headless);
          assert.ok(!spec.args.some((arg) => arg.includes('/work trees/one/')), spec.args.join(' '));
        }
      }
    });
  }
});

describe('agents: hostile and long briefs', () => {
  const hostile = ['-rf /', '--help', '/exit', '!rm x', '# note', '@/etc/passwd', '', '\n -x', 'see @src/a.ts'];

  for (const name of models) {
    it(`Bad input: ${name} gets a brief that looks like a command by file`, () => {
      for (const brief of hostile) {
        const last = agent(name).launch(launchContext({ brief })).args.at(-1) ?? '';
        assert.ok(last.includes(launchContext().briefFile), `${JSON.stringify(brief)} → ${last}`);
        assert.ok(!/^\s*[-/!@#]/.test(last.replace(/^--[a-z-]+=/, '')));
      }
    });

    it(`Bad input: ${name} gets NUL and control characters stripped, quotes and lines as they are`, () => {
      const brief = `Say "a" 'b' $HOME \`x\`\r\n%PATH% \u0000\u001b[0m\ttab ${'é'.repeat(3)}.`;
      const clean = `Say "a" 'b' $HOME \`x\`\n%PATH% [0m\ttab ééé.`;
      assert.ok(agent(name).launch(launchContext({ brief })).args.at(-1)?.endsWith(clean));
      assert.equal(agent(name).launch(launchContext({ brief, headless: true })).input, clean);
    });

    it(`Bad input: ${name} gets 5 MB by file in a terminal, and whole on standard input`, () => {
      const brief = `Brief ${'word '.repeat(1_000_000)}end.`;
      const spec = agent(name).launch(launchContext({ brief }));
      assert.ok(spec.args.join(' ').length < 2000);
      assert.ok(spec.args.at(-1)?.includes(launchContext().briefFile));
      assert.equal(agent(name).launch(launchContext({ brief, headless: true })).input, brief);
    });

    it(`${name}: on Windows 30,000 characters fit, and no line break goes through a .cmd shim`, () => {
      const windows = { platform: 'win32' as const, program: 'C:\\x\\prog.exe' };
      const long = `Brief ${'x'.repeat(31_000)}`;
      assert.ok(
        agent(name)
          .launch(launchContext({ ...windows, brief: long }))
          .args.join(' ').length < 2000,
      );
      assert.ok(
        agent(name)
          .launch(launchContext({ ...windows, brief: 'One\ntwo' }))
          .args.at(-1)
          ?.endsWith('One\ntwo'),
      );
      const shim = agent(name).launch(launchContext({ ...windows, program: 'C:\\x\\prog.CMD', brief: 'One\ntwo' }));
      assert.ok(!shim.args.some((arg) => /[\r\n]/.test(arg)));
      const headless = agent(name).launch(launchContext({ ...windows, brief: 'One\ntwo', headless: true }));
      assert.equal(headless.input, 'One\ntwo');
    });
  }
});

describe('agents: permissions', () => {
  it('one row for every built-in agent and mode, each with a sentence for the user', () => {
    for (const name of knownAgents) {
      assert.deepEqual(
        permissionsOf(name).map((row) => row.mode),
        [...permissionModes],
        name,
      );
    }
    assert.equal(permissionTable.length, knownAgents.length * permissionModes.length);
    for (const row of permissionTable) assert.match(row.means, /^[A-Za-z].*\.$/, `${row.agent} ${row.mode}`);
  });

  it('what gives everything away is in no mode but full', () => {
    const dangerous = /bypass|danger|yolo|--allow-all|--auto$|--yes-always|approval_policy="never"/;
    for (const row of permissionTable) {
      const text = [...row.args, ...Object.values(row.env)].join('\n');
      if (row.mode === 'full' && models.includes(row.agent)) assert.match(text, dangerous, `${row.agent} ${row.mode}`);
      if (row.mode !== 'full') assert.doesNotMatch(text, dangerous, `${row.agent} ${row.mode}`);
    }
  });

  it('Bad input: a mode that an agent cannot keep is refused, never widened', () => {
    for (const name of ['demo', 'aider']) {
      assert.deepEqual(agent(name).capabilities.permissions, ['edits', 'full']);
      const asked = launchContext({ permissions: 'ask' });
      assert.equal(
        reasonOf(() => agent(name).launch(asked)),
        'unsupported-permission',
      );
    }
  });
});

describe('agents: custom commands', () => {
  const mine = (definition: object) =>
    agentByName('mine', { ...defaultSettings, customAgents: { mine: { command: ['tool'], ...definition } } });

  it('replaces each place once, and never inside what it put in', () => {
    const spec = mine({
      command: ['tool', '--m={model}', '{worktree}', '{other}{constructor}', '{brief}', '{permissions}'],
    }).launch(launchContext({ brief: 'Say {model} and {session}.' }));
    assert.deepEqual(spec.args, [
      '--m=some-model',
      launchContext().worktree,
      '{other}{constructor}',
      'Say {model} and {session}.',
      'edits',
    ]);
    assert.equal(spec.env.SWITCHYARD_PERMISSIONS, 'edits');
    assert.equal(spec.banner, null);
  });

  it('without a place for the brief it is shown in the terminal, or given on standard input', () => {
    assert.equal(mine({}).launch(launchContext()).banner, 'This is the brief.\n');
    const headless = mine({}).launch(launchContext({ headless: true }));
    assert.deepEqual([headless.input, headless.banner], ['This is the brief.\n', null]);
  });

  it('resumes only where its sessions can be known', () => {
    const both = mine({ command: ['tool', '{session}'], resume: ['tool', '-r', '{session}'] });
    assert.equal(both.capabilities.resume, true);
    assert.deepEqual(both.launch(launchContext({ resume: 'old' })).args, ['-r', 'old']);
    assert.equal(both.launch(launchContext()).session, session);
    const unknown = mine({ resume: ['tool', '-r', '{session}'] });
    assert.equal(unknown.capabilities.resume, false);
    assert.equal(unknown.launch(launchContext()).session, null);
  });

  it('Bad input: no command at all', () => {
    assert.equal(
      reasonOf(() => mine({ command: [] }).launch(launchContext())),
      'bad-command',
    );
  });
});
