import * as vscode from 'vscode';

/** Above this a file is named, not shown: the text model would not take it either. */
export const largestBytes = 50 * 1024 * 1024;
const keptBytes = 32 * 1024 * 1024;

/** Contents that never change, by their names. The oldest go first. */
export class KeptContents {
  readonly #contents = new Map<string, Buffer>();

  get(key: string): Buffer | undefined {
    return this.#contents.get(key);
  }

  keep(key: string, content: Buffer): void {
    this.#contents.set(key, content);
    let sum = 0;
    for (const { length } of this.#contents.values()) sum += length;
    for (const [oldest, { length }] of this.#contents) {
      if (sum <= keptBytes || oldest === key) break;
      this.#contents.delete(oldest);
      sum -= length;
    }
  }
}

/** What stands in the place of a file that is too large. */
export function tooLarge(bytes: number): Buffer {
  return Buffer.from(
    vscode.l10n.t('This file is too large to be shown here ({0} MB).', Math.round(bytes / 1024 / 1024)),
  );
}
