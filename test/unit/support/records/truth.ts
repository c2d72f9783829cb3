import { type Tokens, tokenKinds } from '../../../../src/contract/usage';

/** One answer of the model as it was meant: what a reader of the records must find, once. */
export interface TrueAnswer {
  /** The message's id. */
  readonly key: string;
  readonly session: string;
  readonly cwd: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model: string;
  readonly tokens: Tokens;
  readonly speed: 'standard' | 'fast';
  readonly batch: boolean;
  readonly webSearches: number;
}

/** What one line says of one answer: a growing count, a copy or a replay of it. */
export interface Claim {
  readonly answer: TrueAnswer;
  /** Written in the main conversation, or by the subagent that asked; not a replay in a side chain. */
  readonly own: boolean;
}

export function totalTokens(tokens: Tokens): number {
  return tokenKinds.reduce((sum, kind) => sum + tokens[kind], 0);
}

/** What is known after these lines: of each answer the line of its own conversation with the most tokens, the first. */
export function answersOf(claims: Iterable<Claim | null>): TrueAnswer[] {
  const best = new Map<string, Claim>();
  for (const claim of claims) {
    if (claim === null) continue;
    const before = best.get(claim.answer.key);
    const wins =
      before === undefined ||
      (claim.own && !before.own) ||
      (claim.own === before.own && totalTokens(claim.answer.tokens) > totalTokens(before.answer.tokens));
    if (wins) best.set(claim.answer.key, claim);
  }
  return [...best.values()].map(({ answer }) => answer);
}

/** What a group of answers comes to. */
export interface TrueSum {
  readonly answers: number;
  readonly tokens: Tokens;
  /** US dollars, unrounded. */
  readonly usd: number;
}

/** Adds answers up by a key of theirs. */
export function sumsBy(
  answers: Iterable<TrueAnswer>,
  keyOf: (answer: TrueAnswer) => string,
  usdOf: (answer: TrueAnswer) => number = usdOfAnswer,
): Map<string, TrueSum> {
  const sums = new Map<string, TrueSum>();
  for (const answer of answers) {
    const key = keyOf(answer);
    const sum = sums.get(key) ?? { answers: 0, tokens: noTokens, usd: 0 };
    sums.set(key, {
      answers: sum.answers + 1,
      tokens: addTokens(sum.tokens, answer.tokens),
      usd: sum.usd + usdOf(answer),
    });
  }
  return sums;
}

export const noTokens: Tokens = {
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  reasoning: 0,
};

export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    cacheRead: a.cacheRead + b.cacheRead,
    reasoning: a.reasoning + b.reasoning,
  };
}

/** The calendar day of an answer in a time zone, `YYYY-MM-DD`. */
export function dayIn(timeZone: string): (answer: TrueAnswer) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return ({ at }) => format.format(at);
}

type Row = readonly [input: number, output: number, write5m: number, write1h: number, read: number];

/**
 * US dollars per million tokens of the models that are made up here, written down apart from the extension's own
 * table so that one holds the other. Source: platform.claude.com, prices of 2026-10-24.
 */
function ratesOf(answer: TrueAnswer): Row {
  const { model, tokens } = answer;
  const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  switch (model) {
    case 'claude-opus-4-8':
    case 'claude-opus-5':
      return [5, 25, 6.25, 10, 0.5];
    case 'claude-sonnet-4-6':
      return [3, 15, 3.75, 6, 0.3];
    case 'claude-haiku-4-5-20251001':
      return [1, 5, 1.25, 2, 0.1];
    case 'claude-opus-5-5':
      return [4, 20, 5, 8, 0.2];
    case 'claude-sonnet-5-5':
      return [2, 10, 2.5, 4, answer.at < Date.UTC(2026, 9, 7) ? 0.2 : 0.1];
    case 'claude-haiku-5-5':
      return prompt > 100_000 ? [0.5, 2.5, 0.625, 1, 0.05] : [0.1, 0.5, 0.125, 0.2, 0.01];
    default:
      throw new Error(`No price is written down here for ${model}.`);
  }
}

/** US dollars of one answer. Fast mode doubles (Opus 5 and 4.8), batch halves, a web search is a cent. */
export function usdOfAnswer(answer: TrueAnswer): number {
  const [input, output, write5m, write1h, read] = ratesOf(answer);
  const { tokens } = answer;
  const millionths =
    tokens.input * input +
    (tokens.output + tokens.reasoning) * output +
    tokens.cacheWrite5m * write5m +
    tokens.cacheWrite1h * write1h +
    tokens.cacheRead * read;
  const factor = (answer.speed === 'fast' ? 2 : 1) * (answer.batch ? 0.5 : 1);
  return (millionths * factor) / 1e6 + answer.webSearches / 100;
}
