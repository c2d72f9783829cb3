import type { UnjudgedFile } from '../../../contract/conflicts';
import { Breath, breathe } from '../../conflicts/breath';
import type { Aging } from '../../conflicts/hazards/aging';
import type { FoundHazard, HazardJudge, HazardQuestion, JudgedPair, JudgedSide } from '../../conflicts/hazards/hazards';
import type { TaskRules } from '../../conflicts/hazards/parts';
import type { Origins } from '../../conflicts/meet/origins';
import type { Side } from '../../conflicts/side';
import type { GitPlace } from '../../git/treeDiff';
import type { ResolutionKeeper } from './resolutionKeeper';

/** Something to be judged: two sides, a side with its base, or a side by itself. */
export interface Case {
  /** Changes whenever the answer may. */
  readonly key: string;
  readonly a: Side;
  readonly b: Side;
  /** `base`: one is the other's base. `alone`: `a` is judged by itself, and `b` is its base. */
  readonly held: 'alone' | 'base' | 'side';
}

export interface Judged {
  /** null: it could not be judged. */
  readonly hazards: readonly FoundHazard[] | null;
  /** Lists of its sides. */
  readonly unjudged: readonly (readonly UnjudgedFile[])[];
}

/** The thread is given away after so many ms: nobody waits for hazards, and everybody for a window. */
export const stretchMs = 4;

const nothing: Judged = { hazards: [], unjudged: [] };

/** One question, put together from what nobody has answered yet. */
export class Asking {
  readonly #sides: JudgedSide[] = [];
  readonly #places = new Map<string, number>();
  readonly #alone = new Map<string, number>();
  readonly #pairs = new Map<string, JudgedPair>();

  constructor(
    private readonly rules: ReadonlyMap<string, TaskRules>,
    private readonly answers: Aging<Judged>,
  ) {}

  /** @returns how to have the answer after `send`; undefined: it could not be judged */
  add({ a, b, held }: Case, origins: Origins | null): () => Judged | undefined {
    const alone = held === 'alone';
    const left = origins === null ? null : this.#side(a, origins.a);
    const right = origins === null || alone ? null : this.#side(b, origins.b);
    if (left === null || (right === null && !alone)) return () => undefined;
    if (!alone && origins?.contained === true) return () => nothing;
    const key = right === null ? left.key : `${left.key}\n${right.key}\n${held}`;
    const known = this.answers.get(key);
    if (known !== undefined) return () => known;
    if (right === null || held === 'alone') this.#alone.set(key, this.#place(left));
    else this.#pairs.set(key, [this.#place(left), this.#place(right), held]);
    return () => this.answers.get(key);
  }

  #side({ ref, snapshot }: Side, from: string): { readonly key: string; readonly side: JudgedSide } | null {
    if (snapshot.commit === null) return null;
    const rules = this.rules.get(ref) ?? null;
    const side = { ref, from, to: snapshot.commit, rules };
    return { key: `${ref} ${from} ${snapshot.commit} ${rules === null ? '' : JSON.stringify(rules)}`, side };
  }

  #place({ key, side }: { readonly key: string; readonly side: JudgedSide }): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#sides.length);
    return this.#sides.push(side) - 1;
  }

  /** Puts all answers where their keys are. @returns processes of git */
  async send(judge: HazardJudge, place: GitPlace, resolving: ResolutionKeeper, signal: AbortSignal): Promise<number> {
    const files = resolving.open;
    if (this.#alone.size + this.#pairs.size + files.length === 0) return 0;
    const question: HazardQuestion = {
      place,
      sides: this.#sides,
      alone: [...this.#alone.values()],
      pairs: [...this.#pairs.values()],
      files,
    };
    // The question takes a while to be copied, and the answer to be kept.
    await breathe();
    const answer = await judge.judge(question, signal);
    await breathe();
    const lists = answer.unjudged.map((files, index) =>
      (files ?? []).map((file) => ({ ref: this.#sides[index]?.ref ?? '', ...file })),
    );
    const unjudged = (places: readonly number[]) =>
      places.map((index) => lists[index] ?? []).filter((some) => some.length > 0);
    const keep = (key: string, hazards: readonly FoundHazard[] | null | undefined, places: readonly number[]) => {
      if (hazards != null) this.answers.keep(key, { hazards, unjudged: unjudged(places) });
    };
    for (const [index, [key, place]] of [...this.#alone].entries()) keep(key, answer.alone[index], [place]);
    const breath = new Breath(stretchMs);
    for (const [index, [key, [a, b]]] of [...this.#pairs].entries()) {
      if (breath.due) await breath.take();
      keep(key, answer.pairs[index], [a, b]);
    }
    resolving.keep(files, answer.resolutions);
    return answer.gitProcesses;
  }
}
