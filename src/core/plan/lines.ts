/** A piece of a text; lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Turns offsets of one text into lines and columns; lines end as in VS Code: LF, CRLF, or a lone CR. */
export class Lines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (const match of text.matchAll(/\r\n|\n|\r/g)) this.#starts.push(match.index + match[0].length);
  }

  position(offset: number): { line: number; column: number } {
    const at = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1 };
  }

  /** Span of the offsets `[start, end)`, without white space at its end; at least one character wide. */
  span(start: number, end: number): Span {
    let last = Math.max(start, end);
    while (last > start && /\s/.test(this.#text[last - 1] ?? '')) last -= 1;
    const from = this.position(start);
    // Nothing there (an empty entry before a line's end): one column, on the same line.
    const to = last > start ? this.position(last) : { line: from.line, column: from.column + 1 };
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }
}

/** Text of a file as an editor shows it: without the byte order mark, so that columns agree. */
export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
