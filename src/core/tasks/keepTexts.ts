import { parseTaskText } from '../plan/parse';
import type { OnText } from '../plan/readPlans';
import type { Log } from '../ports';
import { sha256 } from '../store/names';
import type { Store } from '../store/store';

type Read = Parameters<OnText>[0];

/**
 * Keeps every plan and task text that was read, and remembers of each task which text was seen last: what git or a
 * clean-up replaces or deletes can be offered back. Reading must not fail because keeping does.
 */
export class TextKeeper {
  readonly #store: Store;
  readonly #log: Log;
  /** Hash last kept, by file. */
  readonly #kept = new Map<string, string>();
  #noted: Read[] = [];

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  readonly note: OnText = (read) => {
    this.#noted.push(read);
  };

  async keep(): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    try {
      await Promise.all(noted.map((read) => this.#keepOne(read)));
    } catch (error) {
      this.#log.warn(`A text could not be kept: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #keepOne({ plan, task, file, text }: Read): Promise<void> {
    const hash = sha256(text);
    if (this.#kept.get(file) === hash) return;
    this.#kept.set(file, hash);
    const last = task === null ? null : await this.#lastSeen(plan, task);
    if (last === hash) return;
    await this.#store.texts.put(text);
    if (task === null) return;
    const ref = { plan, task };
    const title = parseTaskText(text, file, ref).fields.title ?? task;
    await this.#store.events.appendTask(ref, { kind: 'text-seen', text: hash, title });
  }

  async #lastSeen(plan: string, task: string): Promise<string | null> {
    const { events } = await this.#store.events.readTask({ plan, task });
    return events.findLast((event) => event.kind === 'text-seen')?.text ?? null;
  }
}
