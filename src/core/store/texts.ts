import { join } from 'node:path';
import type { StoreContext } from './context';
import { errorText } from './errors';
import { readIfThere, replaceFile } from './files';
import { sha256 } from './names';

/** Texts kept by content: what a plan or task said when it was read, and frozen briefs. */
export interface Texts {
  /**
   * Keeps a text; the result names it. Half surrogate pairs, which no file can hold, become U+FFFD.
   * @throws StoreError `failed`
   * @returns sha256 of its UTF-8 bytes, 64 hex digits
   */
  put(text: string): Promise<string>;
  /** Null when it is not kept, or not what its name says (which is reported). */
  get(sha: string): Promise<string | null>;
}

export function createTexts(context: StoreContext): Texts {
  const dir = join(context.dir, 'texts');
  return {
    async put(text) {
      const bytes = Buffer.from(text, 'utf8');
      const sha = sha256(bytes);
      const file = join(dir, sha);
      const there = await readIfThere(file);
      if (there === null || !there.equals(bytes)) {
        await replaceFile(file, bytes);
        context.touched('texts', sha);
      }
      return sha;
    },
    async get(sha) {
      if (!/^[0-9a-f]{64}$/.test(sha)) return null;
      const file = join(dir, sha);
      try {
        const bytes = await readIfThere(file);
        if (bytes === null) return null;
        if (sha256(bytes) === sha) return bytes.toString('utf8');
        context.report({ file, line: null, reason: 'wrong-content', message: 'The text is not what its name says.' });
      } catch (error) {
        context.report({ file, line: null, reason: 'unreadable', message: errorText(error) });
      }
      return null;
    },
  };
}
