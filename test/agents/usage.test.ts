import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { AgentName } from '../../scripts/provision.mjs';
import type { Tokens } from '../../src/contract/usage';
import { recordReaders } from '../../src/core/agents/recordReaders';
import { bookOf } from '../../src/core/prices/book';
import { createMeter } from '../../src/core/usage/meter';
import type { UsageAnswer, UsageBucket } from '../../src/core/usage/parts';
import { type AgentHome, prepareAgentHome } from '../harness/agentHomes';
import { ModelServer, type RecordedRequest } from '../harness/modelServer';
import { cleanEnvironment, startProgram } from '../harness/programs';
import { PseudoTerminal } from '../harness/pseudoTerminal';
import { makeRepository, type SampleRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';

/** What a group of answers took. */
interface Sum extends Tokens {
  readonly answers: number;
}

const nothing: Sum = {
  answers: 0,
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  reasoning: 0,
};

/** What the stand-in said its answers to agents took; side questions without tools never reach a record. */
function answered(requests: readonly RecordedRequest[]): Sum {
  return requests.reduce((sum, { tools, counts }) => {
    if (tools.length === 0 || counts === null) return sum;
    return {
      answers: sum.answers + 1,
      input: sum.input + counts.input,
      output: sum.output + counts.output,
      cacheWrite5m: sum.cacheWrite5m + counts.cacheWrite,
      cacheWrite1h: 0,
      cacheRead: sum.cacheRead + counts.cacheRead,
      reasoning: sum.reasoning + counts.reasoning,
    };
  }, nothing);
}

function measured(buckets: readonly UsageBucket[]): Sum {
  return buckets.reduce(
    (sum, { answers, tokens }) => ({
      answers: sum.answers + answers,
      input: sum.input + tokens.input,
      output: sum.output + tokens.output,
      cacheWrite5m: sum.cacheWrite5m + tokens.cacheWrite5m,
      cacheWrite1h: sum.cacheWrite1h + tokens.cacheWrite1h,
      cacheRead: sum.cacheRead + tokens.cacheRead,
      reasoning: sum.reasoning + tokens.reasoning,
    }),
    nothing,
  );
}

/** Counts of which no two sums are equal: what is lost or counted twice shows, and which it was. */
const counts = (index: number) => ({ input: 2 ** index, output: 3 * 2 ** index, cacheRead: 5 * 2 ** index });

describe('what real agents used, by their own records', () => {
  let model: ModelServer;
  let repository: SampleRepository;
  let home: AgentHome;

  beforeEach(async () => {
    model = await ModelServer.start();
    repository = await makeRepository();
    home = await prepareAgentHome(model.url, [repository.root]);
  });

  afterEach(() => model.stop());

  function program(name: AgentName): string {
    const agent = home.agents.find((one) => one.name === name);
    assert.ok(agent);
    return agent.program;
  }

  const options = () => ({ cwd: repository.root, env: cleanEnvironment(home.home, home.environment) });

  async function run(name: AgentName, ...args: string[]): Promise<string> {
    const started = startProgram(program(name), args, options());
    assert.equal(await started.waitForExit(60_000), 0, started.output);
    return started.output;
  }

  function ask(): Promise<UsageAnswer> {
    const places = { env: {}, home: home.home, platform: process.platform };
    const meter = createMeter({ readers: recordReaders({ customAgents: {} }), places });
    const prices = bookOf({ prices: {}, priceDiscounts: {} }, null);
    const question = { tasks: [], folders: [repository.root], prices, timeZone: 'UTC', all: true };
    return meter.ask(question);
  }

  const skippedFiles = async () => (await ask()).skipped.map(({ file }) => file);

  async function measure(agent: AgentName): Promise<readonly UsageBucket[]> {
    const { buckets, skipped } = await ask();
    assert.deepEqual(skipped, []);
    // All was spent in this repository.
    assert.deepEqual([...new Set(buckets.map(({ owner }) => owner.kind))], ['elsewhere']);
    assert.deepEqual([...new Set(buckets.map((one) => one.agent))], [agent]);
    return buckets;
  }

  /** Measures until all answers are on record: agents write them a moment after they were given. */
  async function measureAll(agent: AgentName): Promise<readonly UsageBucket[]> {
    const whole = answered(model.requests).answers;
    const isWhole = (buckets: readonly UsageBucket[]) => (measured(buckets).answers >= whole ? buckets : undefined);
    return waitFor(`${whole} answers in the records of ${agent}`, async () => isWhole(await measure(agent)));
  }

  const of = (buckets: readonly UsageBucket[], session: string) =>
    measured(buckets.filter((bucket) => bucket.session === session));
  const asked = (text: string) => model.requests.filter((request) => request.text.includes(text));

  it('claude: once each, through a new session, a resumed one, forks of it and a subagent', async () => {
    const headless = ['--permission-mode', 'acceptEdits', '-p'];
    const session = randomUUID();
    const fork = randomUUID();
    const look = { description: 'Look', prompt: 'Job of the subagent', subagent_type: 'general-purpose' };
    model.script(
      'Job the first',
      { write: { 'a.txt': 'a\n' }, counts: { ...counts(0), cacheWrite: 7 } },
      { counts: counts(1) },
    );
    model.script('Job of the resumed', { say: 'Resumed.', counts: counts(2) });
    model.script('Job of the fork', { say: 'Forked.', counts: counts(3) });
    model.script(
      'Job with help',
      { calls: [{ name: 'Agent', input: look }], counts: counts(4) },
      { counts: counts(5) },
    );
    model.script(look.prompt, { run: 'echo hello', counts: counts(6) }, { say: 'Looked.', counts: counts(7) });
    model.script('Job in the interface', { say: 'Said in the interface.', counts: counts(8) });

    await run('claude', ...headless, 'Job the first', '--session-id', session);
    await run('claude', ...headless, 'Job of the resumed', '--resume', session);
    await run('claude', ...headless, 'Job of the fork', '--resume', session, '--fork-session', '--session-id', fork);
    await run('claude', ...headless, 'Job with help', '--resume', session);
    const before = model.requests.length;
    const args = ['--permission-mode', 'acceptEdits', '--resume', session, '--fork-session', 'Job in the interface'];
    const terminal = await PseudoTerminal.start(program('claude'), args, options());
    await terminal.waitForText('Said in the interface.');
    const buckets = await measureAll('claude');
    await terminal.stop();
    assert.deepEqual(measured(buckets), answered(model.requests));
    assert.equal(measured(buckets).answers, 9);
    // Each fork has its own answer alone; all before it, and the subagent's, are the first session's.
    const forked = asked('Job of the fork');
    assert.deepEqual(of(buckets, fork), answered(forked));
    const own = model.requests.slice(0, before).filter((request) => !forked.includes(request));
    assert.deepEqual(of(buckets, session), answered(own));
    assert.equal(new Set(buckets.map((bucket) => bucket.session)).size, 3);
  });

  it('codex: once each, through a new session, a resumed one, a fork of it and a subagent', async () => {
    model.script(
      'Job the first',
      { write: { 'a.txt': 'a\n' }, counts: { ...counts(0), reasoning: 7 } },
      { counts: counts(1) },
    );
    model.script('Job of the resumed', { say: 'Resumed.', counts: counts(2) });
    model.script('Job of the fork', { say: 'Said in the fork.', counts: counts(3) });
    const first = await run('codex', 'exec', '--json', 'Job the first');
    const session = /"thread_id":"([^"]+)"/.exec(first)?.[1] ?? '';
    await run('codex', 'exec', 'resume', session, 'Job of the resumed');
    const terminal = await PseudoTerminal.start(program('codex'), ['fork', session, 'Job of the fork'], options());
    await terminal.waitForText('Said in the fork.');
    await measureAll('codex');
    await terminal.stop();
    // The second kind of subagent is given the whole conversation, whose counts its record repeats.
    await codexWithHelp(session, { text: 'apart', fork_context: false, from: 4 });
    await codexWithHelp(session, { text: 'with all that was said', fork_context: true, from: 8 });

    const buckets = await measureAll('codex');
    assert.deepEqual(measured(buckets), answered(model.requests));
    // The fork has its own answer alone; all before it, and the subagents', are the first session's.
    const forked = asked('Job of the fork');
    assert.deepEqual(of(buckets, session), answered(model.requests.filter((request) => !forked.includes(request))));
    assert.equal(new Set(buckets.map((bucket) => bucket.session)).size, 2);
  });

  /** How the others take one prompt without a person. */
  const others = {
    gemini: (prompt: string) => ['-m', 'gemini-2.5-flash', '--approval-mode', 'yolo', '-p', prompt],
    copilot: (prompt: string) => ['-p', prompt, '--allow-all-tools'],
    opencode: (prompt: string) => ['run', '-m', 'anthropic/claude-sonnet-4-5', prompt],
  };

  for (const name of ['gemini', 'copilot', 'opencode'] as const) {
    it(`${name}: once each, in two sessions`, async () => {
      model.script(
        'Job the first',
        { write: { 'a.txt': 'a\n' }, counts: counts(0) },
        { say: 'First.', counts: counts(1) },
      );
      model.script('Job the second', { say: 'Second.', counts: counts(2) });
      await run(name, ...others[name]('Job the first'));
      if (name === 'opencode' && !isBuiltin('node:sqlite')) {
        // Told, not passed over: figures are at least these.
        assert.deepEqual(await skippedFiles(), [path.join(home.home, '.local/share/opencode/opencode.db')]);
        return;
      }
      await run(name, ...others[name]('Job the second'));
      const buckets = await measureAll(name);
      assert.deepEqual(measured(buckets), answered(model.requests));
      assert.equal(new Set(buckets.map((bucket) => bucket.session)).size, 2);
    });
  }

  /** Lets Codex start a subagent, and answers it only when that has ended: it would be ended with it. */
  async function codexWithHelp(
    session: string,
    o: { readonly text: string; readonly fork_context: boolean; readonly from: number },
  ): Promise<void> {
    const message = `Job of the subagent ${o.text}`;
    const job = `Job with help ${o.text}`;
    const call = { name: 'spawn_agent', namespace: 'multi_agent_v1', input: { message, fork_context: o.fork_context } };
    let open: (value?: unknown) => void = () => undefined;
    const looked = new Promise((resolve) => {
      open = resolve;
    });
    model.script(
      message,
      { run: 'echo hello', counts: counts(o.from) },
      { say: 'Looked.', counts: counts(o.from + 1) },
    );
    model.script(job, { calls: [call], counts: counts(o.from + 2) }, { after: looked, counts: counts(o.from + 3) });
    const running = run('codex', 'exec', 'resume', session, job);
    const said = () => asked(message).filter(({ counts }) => counts !== null).length === 2;
    await Promise.race([running, waitFor(`${message} is answered`, said)]);
    // It is on record before the parent may end.
    await measureAll('codex');
    open();
    await running;
  }
});
