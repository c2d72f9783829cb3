import type { Random } from './random';

const words = [
  'const',
  'return',
  'export',
  'await',
  'function',
  '"usage":{"input_tokens":7}',
  'naïve',
  '路径',
  "'quoted'",
  '\\escaped\\',
  '{ }',
  '=>',
  'worktree',
  'message.id',
  '/* why */',
  '\n',
  '\n  ',
  '\t',
] as const;

/** Text such as tools print: code, quotes, backslashes, letters of several bytes; pieces of one made-up text. */
export class Prose {
  readonly #text: string;

  constructor(private readonly random: Random) {
    let text = '';
    while (text.length < 400_000) text += `${random.pick(words)} ${random.hex(random.int(2, 12))} `;
    this.#text = text;
  }

  /** About as many characters; most are short and a few are long, as tools' results are. */
  piece(mean: number): string {
    const length = Math.min(120_000, Math.floor(-Math.log(1 - this.random.next()) * mean));
    const from = this.random.int(0, this.#text.length - length - 1);
    return this.#text.slice(from, from + length);
  }
}
