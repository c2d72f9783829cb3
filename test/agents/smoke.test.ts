import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type AgentName, agentNames } from '../../scripts/provision.mjs';
import { type AgentHome, prepareAgentHome } from '../harness/agentHomes';
import { ModelServer } from '../harness/modelServer';
import { cleanEnvironment, startProgram } from '../harness/programs';
import { PseudoTerminal } from '../harness/pseudoTerminal';
import { makeRepository, type SampleRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';

/** How each agent takes one prompt without a person and may edit. */
const headless: Readonly<Record<AgentName, (prompt: string) => string[]>> = {
  claude: (prompt) => ['-p', prompt, '--permission-mode', 'acceptEdits'],
  codex: (prompt) => ['exec', prompt],
  gemini: (prompt) => ['-m', 'gemini-2.5-flash', '--approval-mode', 'yolo', '-p', prompt],
  opencode: (prompt) => ['run', '-m', 'anthropic/claude-sonnet-4-5', prompt],
  copilot: (prompt) => ['-p', prompt, '--allow-all-tools'],
};

describe('real agents against the stand-in model', () => {
  let model: ModelServer;
  let repository: SampleRepository;
  let home: AgentHome;

  before(async () => {
    model = await ModelServer.start();
    repository = await makeRepository();
    home = await prepareAgentHome(model.url, [repository.root]);
  });

  const environment = () => cleanEnvironment(home.home, home.environment);

  for (const name of agentNames) {
    it(`${name} gets the prompt, writes the scripted file and answers`, async () => {
      const prompt = `Make the note of ${name}`;
      const file = `notes/${name}'s note.txt`;
      model.script(prompt, { say: 'I will.', write: { [file]: `by ${name}\n` } }, { say: `Finished ${name}.` });
      const agent = home.agents.find((one) => one.name === name);
      assert.ok(agent);
      const program = startProgram(agent.program, headless[name](prompt), { cwd: repository.root, env: environment() });
      const code = await program.waitForExit(60_000);
      assert.equal(code, 0, program.output);
      assert.match(program.output, new RegExp(`Finished ${name}\\.`));
      assert.equal(await readFile(path.join(repository.root, file), 'utf8'), `by ${name}\n`, program.output);
      const request = await model.waitForRequest(prompt);
      assert.ok(request.tools.length > 0);
    });
  }

  it('claude runs in its interactive interface, in a terminal, and asks nothing at its start', async () => {
    let open: (value?: unknown) => void = () => undefined;
    const held = new Promise((resolve) => {
      open = resolve;
    });
    model.script('Make the interactive note', { write: { 'interactive.txt': 'held\n' }, after: held });
    const agent = home.agents.find((one) => one.name === 'claude');
    assert.ok(agent);
    const args = ['--permission-mode', 'acceptEdits', 'Make the interactive note'];
    const terminal = await PseudoTerminal.start(agent.program, args, { cwd: repository.root, env: environment() });
    await model.waitForRequest('Make the interactive note');
    await terminal.waitForText('Make the interactive note');
    assert.equal(terminal.exitCode, undefined);
    open();
    await waitFor('the file is written', () => readFile(path.join(repository.root, 'interactive.txt'), 'utf8'));
    await terminal.waitForText('Done.');
    await terminal.stop();
  });
});
