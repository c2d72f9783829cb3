import { link, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreContext } from './context';
import { errorText, isMissing, StoreError } from './errors';
import { parseJson, readIfThere, removeIfThere, replaceFile, replaceQuickly } from './files';
import { checkFileName } from './names';
import type { Schema } from './schemas';

export type DocumentArea = 'tasks' | 'status' | 'matrix' | 'usage' | 'cache';

/** JSON documents replaced as a whole: caches and snapshots that can be made again. */
export interface Documents {
  /**
   * Null when there is none, or it is damaged: then it is set aside as `<file>.damaged-<time>` and reported. One of a
   * newer version is left where it is.
   * @throws StoreError `bad-name`
   */
  read<T>(area: DocumentArea, name: string, schema: Schema<T>): Promise<T | null>;
  /** @throws StoreError `bad-name`, `bad-document`, `failed` */
  write(area: DocumentArea, name: string, value: unknown): Promise<void>;
  /** True when there was one. */
  remove(area: DocumentArea, name: string): Promise<boolean>;
}

export function createDocuments(context: StoreContext): Documents {
  const pathOf = (area: DocumentArea, name: string) => join(context.dir, area, `${checkFileName(name)}.json`);

  async function setAside(file: string, judged: Buffer): Promise<void> {
    const aside = `${file}.damaged-${context.now().getTime()}-${process.pid}`;
    try {
      await rename(file, aside);
    } catch (error) {
      if (isMissing(error)) return; // another reader was first
      throw error;
    }
    // Between our look and the rename another process may have put a good one there: it goes back, unless there is
    // a yet newer one.
    const moved = await readIfThere(aside);
    if (moved === null || moved.equals(judged)) return;
    await link(aside, file);
    await removeIfThere(aside);
  }

  return {
    async read(area, name, schema) {
      const file = pathOf(area, name);
      try {
        const content = await readIfThere(file);
        if (content === null) return null;
        const parsed = parseJson(content, schema);
        if (parsed.ok) return parsed.value;
        context.report({ file, line: null, reason: parsed.reason, message: parsed.message });
        if (parsed.reason !== 'newer') await setAside(file, content);
      } catch (error) {
        context.report({ file, line: null, reason: 'unreadable', message: errorText(error) });
      }
      return null;
    },
    async write(area, name, value) {
      const file = pathOf(area, name);
      const text: string | undefined = JSON.stringify(value);
      if (text === undefined) throw new StoreError('bad-document', `Nothing that JSON can hold was given for ${file}.`);
      // The matrix is written up to ten times a second, cost several times; both are made anew after every start.
      if (area === 'matrix' || area === 'usage') await replaceQuickly(file, `${text}\n`, join(context.dir, 'locks'));
      else await replaceFile(file, `${text}\n`);
      if (area !== 'cache') context.touched(area, `${name}.json`);
    },
    async remove(area, name) {
      const removed = await removeIfThere(pathOf(area, name));
      if (removed && area !== 'cache') context.touched(area, `${name}.json`);
      return removed;
    },
  };
}
