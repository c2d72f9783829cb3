import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type Operation, operations } from '../../contract/events';
import type { StoreContext } from './context';
import { errorText, isMissing } from './errors';
import { parseJson, readIfThere, removeIfThere, replaceDurably } from './files';
import { hostId, isSameProcess, ownStartTime } from './processes';
import type { Schema } from './schemas';

const envelopeSchema = z.object({
  v: z.literal(1),
  id: z.string(),
  operation: z.enum(operations),
  at: z.string(),
  pid: z.int(),
  pidStarted: z.nullable(z.string()),
  host: z.string(),
  data: z.unknown(),
});
type Envelope = z.infer<typeof envelopeSchema>;

/** No step between two writes of a journal takes longer. */
const foreignMs = 15 * 60_000;

/** What a long operation wrote down of itself before its first step; it is removed after the last. */
export interface Journal<T> {
  readonly id: string;
  readonly operation: Operation;
  /** ISO 8601. */
  readonly at: string;
  readonly data: T;
  /** Replaces the data, on the disk when it resolves. @throws StoreError `failed` */
  update(data: T): Promise<void>;
  /** The operation is over: done, or undone. */
  remove(): Promise<void>;
}

export interface FoundJournal<T> extends Journal<T> {
  /** Its process still works on it, or may: where it cannot be asked, until 15 minutes after its last word. */
  readonly alive: boolean;
}

/** `cache/journal-<operation>-<id>.json`: what carries long operations over a crash. */
export interface Journals {
  /** On the disk when it resolves: nothing may be changed before. @throws StoreError `failed` */
  begin<T>(operation: Operation, data: T): Promise<Journal<T>>;
  /** All journals of an operation, also those whose process works on. Damaged ones are reported and passed over. */
  list<T>(operation: Operation, schema: Schema<T>): Promise<FoundJournal<T>[]>;
}

export function createJournals(context: StoreContext): Journals {
  const dir = join(context.dir, 'cache');
  // What a kill leaves in the making lies where every start sweeps.
  const tempDir = join(context.dir, 'locks');

  function journal<T>(file: string, envelope: Envelope, data: T): Journal<T> {
    let current = data;
    return {
      id: envelope.id,
      operation: envelope.operation,
      at: envelope.at,
      get data() {
        return current;
      },
      async update(next) {
        await replaceDurably(file, `${JSON.stringify({ ...envelope, data: next })}\n`, tempDir);
        current = next;
      },
      async remove() {
        await removeIfThere(file);
      },
    };
  }

  async function read<T>(file: string, schema: Schema<T>): Promise<FoundJournal<T> | null> {
    const content = await readIfThere(file);
    // Its operation has ended since the folder was listed.
    if (content === null) return null;
    const envelope = parseJson(content, envelopeSchema);
    const data = envelope.ok ? schema.safeParse(envelope.value.data) : null;
    if (!envelope.ok || data?.success !== true) {
      const message = envelope.ok ? 'the journal does not have the form of its operation' : envelope.message;
      context.report({ file, line: null, reason: envelope.ok ? 'wrong-shape' : envelope.reason, message });
      return null;
    }
    const { pid, pidStarted, host } = envelope.value;
    const alive = host === hostId() ? await isSameProcess(pid, pidStarted) : !(await isOld(file));
    return Object.assign(journal(file, envelope.value, data.data), { alive });
  }

  /** Processes elsewhere (another machine, a container before it was started anew) cannot be asked. */
  async function isOld(file: string): Promise<boolean> {
    return context.now().getTime() - (await stat(file)).mtimeMs > foreignMs;
  }

  return {
    async begin(operation, data) {
      const id = randomUUID();
      const envelope: Envelope = {
        v: 1,
        id,
        operation,
        at: context.now().toISOString(),
        pid: process.pid,
        pidStarted: await ownStartTime(),
        host: hostId(),
        data,
      };
      const file = join(dir, `journal-${operation}-${id}.json`);
      await replaceDurably(file, `${JSON.stringify(envelope)}\n`, tempDir);
      return journal(file, envelope, data);
    },
    async list(operation, schema) {
      const prefix = `journal-${operation}-`;
      const names = await readdir(dir).catch((error: unknown) => {
        if (isMissing(error)) return [];
        context.log.warn(`The journals cannot be listed: ${errorText(error)}`);
        throw error;
      });
      const mine = names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
      const found = await Promise.all(mine.map((name) => read(join(dir, name), schema)));
      return found.filter((each) => each !== null);
    },
  };
}
