import { isDeepStrictEqual } from 'node:util';
import type { ConflictsJson } from '../../../contract/conflicts';
import type { TaskRules } from '../../conflicts/hazards/parts';
import type { ScratchPlace } from '../../conflicts/parts';
import { DisposableBase } from '../../disposable';
import { placeOf } from '../../git/repository';
import type { TaskContext } from '../context';
import { HazardKeeper, type HazardParts, type KnownHazards } from './hazardKeeper';
import { messageOf } from './looker';
import { type Mutes, readMutes } from './mutes';
import { sideRules } from './sideRules';
import type { FoundSubjects } from './subjects';
import type { ConflictTools } from './tools';

/**
 * Keeps the hazards up to the cells, beside whatever else is done: judging is done in a thread of its own, and begins
 * when the cells have been shown. One judging at a time; what changes meanwhile comes after it.
 */
export class LiveHazards extends DisposableBase {
  readonly #context: TaskContext;
  readonly #tools: ConflictTools;
  readonly #changed: () => void;
  readonly #lost: () => void;
  readonly #keeper: HazardKeeper;
  readonly #ended = new AbortController();
  #generation = '';
  #rules: ReadonlyMap<string, TaskRules> = new Map();
  #mutes: Mutes = new Map();
  #judging: Promise<void> | null = null;

  constructor(o: {
    readonly context: TaskContext;
    readonly tools: ConflictTools;
    /** There is something else to be shown. */
    readonly changed: () => void;
    /** The working states are not in the scratch store any more. */
    readonly lost: () => void;
  }) {
    super();
    this.#context = o.context;
    this.#tools = o.tools;
    this.#changed = o.changed;
    this.#lost = o.lost;
    const { engine, hazards } = o.tools;
    this.#keeper = new HazardKeeper({ engine, judge: hazards, place: placeOf(o.context.layout) });
    this._register({ dispose: () => this.#ended.abort() });
  }

  get known(): KnownHazards {
    return this.#keeper;
  }

  get mutes(): Mutes {
    return this.#mutes;
  }

  /** Ends when nothing is being judged any more; null: nothing is. */
  get judging(): Promise<void> | null {
    return this.#judging;
  }

  start(): void {
    const { store } = this.#context;
    this._register(
      store.onDidChange(({ area, name }) => {
        if (area === 'events' && (name === null || name === 'repository')) void this.#readMutes();
      }),
    );
    void this.#readMutes();
  }

  /** Plans and tasks may say something else. */
  async readRules(found: FoundSubjects): Promise<void> {
    this.#rules = await sideRules(this.#context, found);
  }

  /** The cells are others: what was judged of former states is not told any more. */
  set(at: ScratchPlace, parts: Omit<HazardParts, 'rules'>): void {
    this.#generation = at.generation;
    this.#keeper.set({ ...parts, rules: this.#rules });
  }

  /** What could not be judged is tried again. */
  retry(): void {
    this.#keeper.retry();
  }

  /** Judges what is open, if that is not being done. @param json what is shown now */
  judge(json: ConflictsJson): void {
    this.#keeper.setFiles(json);
    if (this.disposed || this.#judging !== null || !this.#keeper.stale) return;
    this.#judging = this.#judge().finally(() => {
      this.#judging = null;
      if (!this.disposed) this.#changed();
    });
  }

  async #judge(): Promise<void> {
    try {
      await this.#tools.scratch.use(async (at) => {
        if (at.generation === this.#generation) await this.#keeper.judge(at, this.#ended.signal);
        else this.#lost();
      });
    } catch (error) {
      if (this.disposed) return;
      this.#context.host.log.warn(`The hazards could not be judged: ${messageOf(error)}`);
      this.#keeper.fail();
    }
  }

  async #readMutes(): Promise<void> {
    try {
      const mutes = await readMutes(this.#context);
      if (this.disposed || isDeepStrictEqual(mutes, this.#mutes)) return;
      this.#mutes = mutes;
      this.#changed();
    } catch (error) {
      this.#context.host.log.warn(`Which hazards are muted could not be read: ${messageOf(error)}`);
    }
  }
}
