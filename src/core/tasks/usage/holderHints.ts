import path from 'node:path';
import { DisposableBase } from '../../disposable';
import type { UsageBucket } from '../../usage/parts';
import { FolderWatch } from '../folderWatch';
import type { CostTools } from './costTools';

/** Sessions that were heard of within this time. */
const recentMs = 60 * 60_000;
/** A folder each, at most. */
const maxSessions = 24;

/**
 * Watches the folders in which agents write now, each flat: those that all records lie below, where a new project shows
 * up, and those of the sessions that were heard of last. What is missed is seen by the next look.
 */
export class RecordHints extends DisposableBase {
  readonly #tools: Pick<CostTools, 'meter' | 'roots'>;
  readonly #folders: FolderWatch;
  /** Where the records of a session lie; null: nowhere, as far as is known. */
  readonly #folderOf = new Map<string, string | null>();

  constructor(tools: Pick<CostTools, 'meter' | 'roots'>, onHint: () => void) {
    super();
    this.#tools = tools;
    this.#folders = this._register(new FolderWatch(onHint));
    this.#folders.set(tools.roots);
  }

  /** Watches from now on what these were read from. */
  async follow(buckets: readonly UsageBucket[]): Promise<void> {
    const since = Date.now() - recentMs;
    const latest = new Map<string, { readonly agent: string; readonly session: string; readonly last: number }>();
    for (const { agent, session, last, source } of buckets) {
      if (last === null || last < since || source === 'log') continue;
      const key = `${agent} ${session}`;
      if ((latest.get(key)?.last ?? 0) < last) latest.set(key, { agent, session, last });
    }
    const followed = [...latest].sort(([, a], [, b]) => b.last - a.last).slice(0, maxSessions);
    for (const [key, { agent, session }] of followed) {
      if (this.#folderOf.has(key)) continue;
      const [record] = await this.#tools.meter.records({ agent, session, limit: 1 });
      if (this.disposed) return;
      this.#folderOf.set(key, record === undefined ? null : path.dirname(record.file));
    }
    const keys = new Set(followed.map(([key]) => key));
    for (const key of this.#folderOf.keys()) if (!keys.has(key)) this.#folderOf.delete(key);
    const folders = [...this.#folderOf.values()].filter((folder) => folder !== null);
    this.#folders.set([...this.#tools.roots, ...folders]);
  }
}
