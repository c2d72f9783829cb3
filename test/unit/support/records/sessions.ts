import type { LineContext } from './claudeLines';
import { assistantLine, otherLine, progressLine, promptLine, syntheticLine, toolResultLine } from './claudeLines';
import type { Random } from './random';
import type { Prose } from './text';
import type { Claim, TrueAnswer } from './truth';

/** What made-up records hold beyond the ordinary; each is something that readers are known to get wrong. */
export interface Oddities {
  /** Tools that are given nulls under names that a transcript uses itself (`id`, `cwd`, `model` …). */
  readonly nulls: boolean;
  /** Models of which older price lists know nothing. */
  readonly newModels: boolean;
  /** Fast mode, batches, web searches. */
  readonly modes: boolean;
  /** Replays in side chains that claim more than the answer itself. */
  readonly largerReplays: boolean;
}

export const allOddities: Oddities = { nulls: true, newModels: true, modes: true, largerReplays: true };
export const noOddities: Oddities = { nulls: false, newModels: false, modes: false, largerReplays: false };

/** One line of a file, and what it says of an answer. */
export interface RecordLine {
  readonly text: string;
  readonly claim: Claim | null;
}

/** One file of records. */
export interface RecordText {
  /** Below Claude's configuration folder, with `/`. */
  readonly path: string;
  readonly lines: readonly RecordLine[];
  /** Half a line at the end, without its newline: whoever wrote it was killed. */
  readonly torn: Buffer | null;
}

export interface SessionShape {
  /** Working directories to choose from, absolute. */
  readonly folders: readonly [string, ...string[]];
  /** Answers of the main conversation: at least, at most. */
  readonly answers: readonly [number, number];
  /** Characters of a tool's result, on average. */
  readonly prose: number;
  /** Milliseconds since 1970 between which sessions begin. */
  readonly between: readonly [number, number];
  readonly oddities: Oddities;
}

const pricedModels = ['claude-opus-4-8', 'claude-sonnet-4-6', 'claude-haiku-4-5-20251001', 'claude-opus-5'] as const;
const allModels = [...pricedModels, 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'] as const;

/** Source: Claude Code 2.1, folder of a working directory. */
export const slugOf = (folder: string): string => folder.replace(/[^a-zA-Z0-9]/g, '-');

/** One conversation as it goes on; `lines` grow as Claude Code would append them. */
export class MadeSession {
  readonly id: string;
  readonly answers: TrueAnswer[] = [];
  readonly lines: RecordLine[] = [];
  readonly #subagents: RecordText[] = [];
  readonly #slug: string;
  #cwd: string;
  #at: number;
  #prompt: number;

  constructor(
    private readonly random: Random,
    private readonly prose: Prose,
    private readonly shape: SessionShape,
    /** Whose beginning is copied into this one's file: it was resumed, or cut off from that. */
    origin: MadeSession | null,
  ) {
    this.id = random.uuid();
    this.#cwd = random.pick(shape.folders);
    this.#slug = slugOf(this.#cwd);
    this.#at = random.int(...shape.between);
    this.#prompt = random.int(8_000, 30_000);
    if (origin !== null) this.lines.push(...origin.lines.slice(0, random.int(1, 60)));
    const turns = random.int(...shape.answers);
    for (let turn = 0; turn < turns; turn += 1) this.#turn();
  }

  /** The session's file and those of its subagents. */
  files(): RecordText[] {
    const path = `projects/${this.#slug}/${this.id}.jsonl`;
    return [{ path, lines: this.lines, torn: this.#tornEnd() }, ...this.#subagents];
  }

  #context(sidechain = false, agent: string | null = null): LineContext {
    return { session: this.id, cwd: this.#cwd, at: this.#at, sidechain, agent };
  }

  #plain(text: string): void {
    this.lines.push({ text, claim: null });
  }

  #turn(): void {
    const { random, prose, shape } = this;
    this.#at += random.int(500, 90_000) + (random.chance(0.02) ? random.int(1, 14) * 3_600_000 : 0);
    if (random.chance(0.05)) this.#cwd = random.pick(shape.folders);
    if (random.chance(0.1)) this.#plain(otherLine(random, this.#context()));
    if (random.chance(0.15)) this.#plain(promptLine(random, this.#context(), prose.piece(400)));
    else this.#plain(toolResultLine(random, this.#context(), prose.piece(shape.prose), this.#toolsOwnWords()));
    if (random.chance(0.01)) this.#plain(syntheticLine(random, this.#context()));
    if (random.chance(0.02)) this.#torn();
    const answer = this.#answer(this.lines, null);
    if (random.chance(0.006)) this.#replay(answer);
    if (random.chance(0.012)) this.#subagent();
  }

  /** What tools say of themselves: at times counts, which are no answer's. */
  #toolsOwnWords(): object {
    const usage = { input_tokens: 12_345, output_tokens: 54_321, cache_read_input_tokens: 999_999 };
    const message = { id: `msg_${this.random.hex(24)}`, model: 'claude-opus-4-8', role: 'assistant', usage };
    if (this.random.chance(0.03)) return { status: 'completed', totalTokens: 77_777, usage };
    return this.random.chance(0.02) ? { file: { type: 'assistant', message, requestId: 'req_of_a_file' } } : {};
  }

  #block(index: number): object {
    const { random, prose } = this;
    if (index === 0 && random.chance(0.5)) return { type: 'thinking', thinking: prose.piece(300), signature: 'c2ln' };
    if (random.chance(0.4)) return { type: 'text', text: prose.piece(500) };
    const nulls = this.shape.oddities.nulls && random.chance(0.03) ? { id: null, cwd: null, model: null } : {};
    const nested = random.chance(0.02)
      ? { usage: { input_tokens: 5, output_tokens: 6 }, message: { id: 'msg_x' } }
      : {};
    const input = { command: prose.piece(200), ...nulls, ...nested };
    return { type: 'tool_use', id: `toolu_${random.hex(24)}`, name: 'Bash', input };
  }

  /** An answer of one to four lines, whose output grows from line to line. */
  #answer(lines: RecordLine[], agent: string | null): TrueAnswer {
    const { random } = this;
    const whole = this.#newAnswer();
    const request = `req_${random.hex(24)}`;
    const count = random.pick([1, 1, 2, 2, 2, 3, 4]);
    const grows = random.chance(0.9);
    let known: TrueAnswer | null = null;
    for (let index = 0; index < count; index += 1) {
      this.#at += random.int(20, 4_000);
      const last = index === count - 1;
      const output =
        last || !grows ? whole.tokens.output : Math.ceil((whole.tokens.output * (index + 1)) / (count * 4));
      const said = { ...whole, cwd: this.#cwd, at: this.#at, tokens: { ...whole.tokens, output } };
      const context = this.#context(agent !== null, agent);
      const text = assistantLine(random, context, { answer: said, request, block: this.#block(index), last });
      lines.push({ text, claim: { answer: said, own: true } });
      if (known === null || output > known.tokens.output) known = said;
    }
    const answer = known ?? whole;
    this.answers.push(answer);
    return answer;
  }

  #newAnswer(): TrueAnswer {
    const { random, shape } = this;
    const { modes } = shape.oddities;
    const written = random.int(100, 6_000);
    const hours = random.chance(0.3) ? random.int(0, written) : 0;
    const tokens = {
      input: random.int(1, 12),
      output: random.int(40, 2_500),
      cacheWrite5m: written - hours,
      cacheWrite1h: hours,
      cacheRead: this.#prompt,
      reasoning: 0,
    };
    this.#prompt = this.#prompt + written > 190_000 ? random.int(8_000, 30_000) : this.#prompt + written;
    const model = random.pick(shape.oddities.newModels ? allModels : pricedModels);
    const fast = modes && (model === 'claude-opus-5' || model === 'claude-opus-4-8') && random.chance(0.1);
    return {
      key: `msg_${random.hex(24)}`,
      session: this.id,
      cwd: this.#cwd,
      at: this.#at,
      model,
      tokens,
      speed: fast ? 'fast' : 'standard',
      batch: modes && random.chance(0.03),
      webSearches: modes && random.chance(0.05) ? random.int(1, 4) : 0,
    };
  }

  /** A side question replays the answer before it under another request. */
  #replay(answer: TrueAnswer): void {
    const { random } = this;
    this.#at += 1_000;
    const more = this.shape.oddities.largerReplays && random.chance(0.5) ? random.int(1, 500) : 0;
    const said = { ...answer, at: this.#at, tokens: { ...answer.tokens, output: answer.tokens.output + more } };
    const o = { answer: said, request: `req_${random.hex(24)}`, block: { type: 'text', text: 'Again.' }, last: true };
    const text = assistantLine(random, this.#context(true), o);
    this.lines.push({ text, claim: { answer: said, own: false } });
  }

  #subagent(): void {
    const { random } = this;
    const agent = random.hex(17);
    const lines: RecordLine[] = [];
    const spent: TrueAnswer[] = [];
    for (let left = random.int(1, 12); left > 0; left -= 1) {
      const context = this.#context(true, agent);
      lines.push({ text: toolResultLine(random, context, this.prose.piece(this.shape.prose)), claim: null });
      const answer = this.#answer(lines, agent);
      spent.push(answer);
      if (random.chance(0.3)) this.#plain(progressLine(random, this.#context(), answer));
    }
    const path = `projects/${this.#slug}/${this.id}/subagents/agent-${agent}.jsonl`;
    this.#subagents.push({ path, lines, torn: null });
    const usage = { input_tokens: 1, output_tokens: spent.reduce((sum, { tokens }) => sum + tokens.output, 0) };
    this.#plain(toolResultLine(random, this.#context(), 'Done.', { status: 'completed', agentId: agent, usage }));
  }

  /** A line of which half was written before a crash, and the next session's first line right behind it. */
  #torn(): void {
    const lost: RecordLine[] = [];
    const { random } = this;
    const prompt = promptLine(random, this.#context(), 'Go on.');
    this.#answer(lost, null);
    this.answers.pop();
    const half = lost[0]?.text ?? '';
    this.#plain(half.slice(0, random.int(1, half.length - 2)) + prompt);
  }

  #tornEnd(): Buffer | null {
    const { random } = this;
    if (!random.chance(0.15)) return null;
    const lost: RecordLine[] = [];
    this.#answer(lost, null);
    this.answers.pop();
    const bytes = Buffer.from(lost[0]?.text ?? '');
    // Anywhere: also inside a letter of several bytes.
    return bytes.subarray(0, random.int(1, bytes.length - 1));
  }
}
