import type { TrainStep } from '../../../contract/conflicts';
import type { EngineResult } from '../../conflicts/matrix/engine';
import { sideKey } from '../../conflicts/matrix/sideKey';
import type { ScratchPlace } from '../../conflicts/parts';
import type { Side } from '../../conflicts/side';
import { joinsTrain, type MergePlace, mergeOrderOf } from '../../conflicts/train/mergeOrder';
import type { Train } from '../../conflicts/train/train';
import type { FoundSubjects } from './subjects';

/** What a preview stands on. */
export interface TrainParts {
  readonly found: FoundSubjects;
  readonly sides: readonly Side[];
  readonly bases: ReadonlyMap<string, Side>;
  readonly result: EngineResult;
}

/**
 * The merge order, and what came of merging all in it. A step holds as long as everything up to it is what it was; what
 * stands behind a change is unknown until it was merged anew.
 */
export class TrainKeeper {
  readonly #train: Train;
  #steps: readonly { readonly key: string; readonly step: TrainStep }[] = [];
  #wanted: {
    readonly order: readonly MergePlace[];
    readonly keys: readonly string[];
    readonly parts: TrainParts;
  } | null = null;

  #ordered: { readonly found: FoundSubjects; readonly key: string; readonly order: readonly MergePlace[] } | null =
    null;

  constructor(train: Train) {
    this.#train = train;
  }

  /** The cells changed: what is to be merged, in which order. */
  set(parts: TrainParts): void {
    const order = this.#orderOf(parts);
    const sides = new Map(parts.sides.map((side) => [side.ref, side]));
    const { rules } = parts.result;
    const keys = order.map(({ ref }) => `${rules}\0${keyOf(ref, sides.get(ref), parts.bases.get(ref))}`);
    this.#wanted = { order, keys, parts };
  }

  /** Thousands of pairs are weighed, and most looks change none of what they say. */
  #orderOf({ found, result }: TrainParts): readonly MergePlace[] {
    const { pairs, changed } = result;
    const key = [
      ...pairs.map(({ verdict }) => verdict),
      ...found.subjects.map(({ ref }) => changed.get(ref)?.length),
    ].join();
    if (this.#ordered?.found === found && this.#ordered.key === key) return this.#ordered.order;
    const bases = new Set([...found.bases.values()].map(({ name }) => name));
    if (found.base !== null) bases.add(found.base.name);
    const joining = found.subjects.filter((subject) => joinsTrain(subject, bases));
    const order = mergeOrderOf({
      refs: joining.map(({ ref, task }) => ({ ref, task, changedFiles: changed.get(ref)?.length ?? null })),
      plans: found.plans,
      pairs,
    });
    this.#ordered = { found, key, order };
    return order;
  }

  get order(): readonly string[] {
    return this.#wanted?.order.map(({ ref }) => ref) ?? [];
  }

  /** Whether anything is to be merged anew. */
  get stale(): boolean {
    const keys = this.#wanted?.keys ?? [];
    return keys.length !== this.#steps.length || this.#holding < keys.length;
  }

  /** How many of the first steps hold. */
  get #holding(): number {
    const keys = this.#wanted?.keys ?? [];
    const changed = keys.findIndex((key, index) => this.#steps[index]?.key !== key);
    return changed < 0 ? keys.length : changed;
  }

  get steps(): TrainStep[] {
    const holding = this.#holding;
    return (this.#wanted?.order ?? []).map(({ ref, why }, index) => {
      const known = index < holding ? this.#steps[index]?.step : undefined;
      if (known !== undefined) return { ...known, why };
      return { ref, why, verdict: 'unknown', reason: 'not scanned yet', detail: null, files: [] };
    });
  }

  /** Merges all in order. @throws GitError */
  async merge(at: ScratchPlace, signal: AbortSignal): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const { sides, bases } = wanted.parts;
    const steps = await this.#train.preview(at, { order: wanted.order, sides, bases, signal });
    this.#steps = steps.map((step, index) => ({ key: wanted.keys[index] ?? '', step }));
  }

  /** What could not be merged is not tried again until something changes. */
  fail(detail: string): void {
    const { order, keys } = this.#wanted ?? { order: [], keys: [] };
    this.#steps = order.map(({ ref, why }, index) => ({
      key: keys[index] ?? '',
      step: { ref, why, verdict: 'unknown', reason: 'git failed', detail, files: [] },
    }));
  }
}

/** Equal while a side and what it is held against are what they were, what they leave out included. */
function keyOf(ref: string, side: Side | undefined, base: Side | undefined): string {
  const unknown = side?.snapshot.unknown;
  return [ref, stateOf(side) ?? unknown?.reason, unknown?.detail, base?.ref, stateOf(base)].join('\0');
}

function stateOf(side: Side | undefined): string | null {
  return side === undefined ? null : sideKey(side.snapshot);
}
