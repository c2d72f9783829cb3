import { setImmediate } from 'node:timers/promises';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { Log } from '../../ports';
import { ResolutionCache, resolveFiles } from '../resolve/resolveFiles';
import type { Resolution } from '../resolve/table';
import { Aging } from './aging';
import { FactCache } from './factCache';
import type { FoundHazard, HazardAnswer, HazardJudge, HazardQuestion, JudgedSide } from './hazards';
import { hazardId } from './ids';
import { judgePair, judgeSide } from './judge';
import type { Finding, SideFacts } from './parts';
import { readNamed } from './readNamed';
import { type ReadSide, readSides } from './readSides';

/** Sides kept between questions. */
const keptSides = 400;
/** The thread is given away after so many ms, so that a question can be called off. */
const stretchMs = 20;

/** Judges in this thread: long work, so hosts leave it to another (`workerJudge.ts`). */
export class Judgement implements HazardJudge {
  readonly #versions = new FactCache();
  readonly #sides = new Aging<ReadSide>(keptSides);
  readonly #facts = new Aging<{ readonly of: ReadSide; readonly facts: SideFacts }>(keptSides);
  #resolutions = new ResolutionCache();

  constructor(
    private readonly git: Git,
    private readonly log: Log,
  ) {}

  async judge(question: HazardQuestion, signal?: AbortSignal): Promise<HazardAnswer> {
    const before = this.git.started;
    const { read, sides } = await this.#readNamed(question, await this.#read(question, signal), signal);
    const turns = new Turns(signal);
    const alone: (FoundHazard[] | null)[] = [];
    for (const index of question.alone) {
      await turns.next();
      const side = sides[index];
      alone.push(side == null ? null : this.#judged([side.ref, side.ref], () => judgeSide(side)));
    }
    const pairs: (FoundHazard[] | null)[] = [];
    for (const [i, j, held] of question.pairs) {
      await turns.next();
      const [a, b] = [sides[i], sides[j]];
      pairs.push(a == null || b == null ? null : this.#judged([a.ref, b.ref], () => judgePair(a, b, held === 'base')));
    }
    const unjudged = read.map((side) => side?.unjudged ?? null);
    const resolutions = await this.#resolve(question, signal);
    return { alone, pairs, unjudged, resolutions, gitProcesses: this.git.started - before };
  }

  /** Sides as far as they are to be known for these pairs. */
  async #readNamed(question: HazardQuestion, known: readonly (ReadSide | null)[], signal?: AbortSignal) {
    const read = [...known];
    const sides = question.sides.map((side, index) => this.#told(side, read[index] ?? null));
    const o = { sides, pairs: question.pairs, cache: this.#versions };
    for (const [index, { files, unjudged }] of await readNamed(this.git, question.place, o, signal)) {
      const [side, old] = [question.sides[index], read[index]];
      if (side === undefined || old == null) continue;
      const more = { facts: { ...old.facts, files }, unjudged: [...old.unjudged, ...unjudged] };
      this.#sides.keep(keyOf(side), more);
      read[index] = more;
      sides[index] = this.#told(side, more);
    }
    return { read, sides };
  }

  dispose(): void {
    this.#versions.clear();
    this.#sides.clear();
    this.#facts.clear();
    this.#resolutions = new ResolutionCache();
  }

  async #resolve({ place, files }: HazardQuestion, signal?: AbortSignal): Promise<(Resolution | null)[]> {
    try {
      return await resolveFiles(this.git, place, files, this.#resolutions, signal);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      this.log.error(`Who resolves what could not be told: ${error instanceof Error ? error.stack : error}`);
      return files.map(() => null);
    }
  }

  /** The same object as long as it is the same side: judges keep what they have made of it. */
  #told(side: JudgedSide, read: ReadSide | null): SideFacts | null {
    if (read === null) return null;
    const key = `${keyOf(side)} ${JSON.stringify(side.rules)}`;
    const known = this.#facts.get(key);
    const told = known?.of === read ? known : { of: read, facts: { ...read.facts, rules: side.rules } };
    this.#facts.keep(key, told);
    return told.facts;
  }

  /** A judge that fails says nothing, and nobody may take that for good. */
  #judged(refs: readonly [string, string], judge: () => Finding[]): FoundHazard[] | null {
    try {
      return judge().map((finding) => hazardOf(finding, refs));
    } catch (error) {
      this.log.error(`${refs[0]} and ${refs[1]} could not be judged: ${error instanceof Error ? error.stack : error}`);
      return null;
    }
  }

  /** In the order of the sides; null: it is not read. */
  async #read({ place, sides }: HazardQuestion, signal?: AbortSignal): Promise<(ReadSide | null)[]> {
    const known = sides.map((side) => this.#sides.get(keyOf(side)));
    const open = sides.filter((_, index) => known[index] === undefined);
    const read = (await readSides(this.git, place, open, this.#versions, signal)).values();
    return sides.map((side, index) => {
      const found = known[index] ?? read.next().value;
      if (found === undefined) throw new Error(`${side.ref} was not read.`);
      if (found === null) this.log.info(`${side.ref} changes too many files to be judged.`);
      else this.#sides.keep(keyOf(side), found);
      return found;
    });
  }
}

function keyOf({ ref, from, to }: JudgedSide): string {
  return `${from} ${to} ${ref}`;
}

function hazardOf(finding: Finding, [a, b]: readonly [string, string]): FoundHazard {
  const { kind, subject, message, files, line, at, prevention } = finding;
  const branches = [...new Set([a, b])].sort();
  return {
    id: hazardId(kind, branches, subject),
    kind,
    branches,
    files,
    message,
    ...(line === null ? {} : { line }),
    at: at === 'a' ? a : b,
    prevention,
  };
}

/** Lets who asked be heard now and then. */
class Turns {
  #since = performance.now();

  constructor(private readonly signal: AbortSignal | undefined) {}

  async next(): Promise<void> {
    if (performance.now() - this.#since > stretchMs) {
      await setImmediate();
      this.#since = performance.now();
    }
    if (this.signal?.aborted === true) throw new GitError('cancelled', 'Judging hazards was cancelled.');
  }
}
