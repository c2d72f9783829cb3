import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { childEnvironment } from '../../git/environment';
import { GitError } from '../../git/errors';
import type { Log } from '../../ports';
import type { ResolutionRequest } from '../resolve/resolveFiles';
import type { HazardAnswer, HazardJudge, HazardQuestion, JudgedSide } from './hazards';
import { here } from './here';
import type { FromWorker, ToWorker, WorkerStart } from './messages';

export interface WorkerJudgeOptions {
  readonly gitPath: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** The worker ends when nobody has asked for so long. Default 60 s. */
  readonly idleMs?: number;
  /** One that has said nothing for so long is stuck, and is ended. Default 20 s. */
  readonly stuckMs?: number;
  /** The worker's program. Default: ours. */
  readonly program?: string;
}

/** The worker's program: beside a bundle, or what runs its source. */
export function hazardsProgram(): string {
  const beside = path.join(here, 'hazards.js');
  return existsSync(beside) ? beside : path.join(here, 'workerFromSource.mjs');
}

/** On a machine that does much else, starting takes its time. */
const startMs = 60_000;
/** Bounds what one that goes wrong can take; what it needs is a small part of it. */
const mostMegabytes = 512;

/**
 * Judges in a worker thread, started when it is first asked. It may die of a file (out of memory, or stuck in it): the
 * side whose file that is stays unjudged, and all others are judged by the next one.
 */
export class WorkerJudge implements HazardJudge {
  readonly #o: WorkerJudgeOptions;
  readonly #inTurn = pLimit(1);
  /** Sides that a worker died of. */
  readonly #deadly = new Set<string>();
  /** Conflicting files among which is one that a worker died of. */
  readonly #deadlyFiles = new Set<string>();
  #room: Room | null = null;
  #idle: NodeJS.Timeout | null = null;

  constructor(o: WorkerJudgeOptions) {
    this.#o = o;
  }

  judge(question: HazardQuestion, signal?: AbortSignal): Promise<HazardAnswer> {
    return this.#inTurn(async () => {
      this.#stopIdling();
      try {
        return await this.#judge(question, signal);
      } finally {
        this.#idleFrom();
      }
    });
  }

  dispose(): void {
    this.#stopIdling();
    this.#room?.end(new GitError('cancelled', 'Judging hazards was called off.'));
    this.#room = null;
  }

  #stopIdling(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }

  #idleFrom(): void {
    this.#stopIdling();
    this.#idle = setTimeout(() => this.dispose(), this.#o.idleMs ?? 60_000);
    this.#idle.unref();
  }

  async #judge(question: HazardQuestion, signal: AbortSignal | undefined): Promise<HazardAnswer> {
    const first = await this.#survivors(question, signal);
    if (first !== null) return first;
    await this.#findDeadly(question, question.sides, signal);
    const second = await this.#survivors(question, signal);
    if (second !== null) return second;
    for (const file of question.files) this.#deadlyFiles.add(keyOfFile(file));
    const third = await this.#survivors(question, signal);
    if (third !== null) return third;
    this.#o.log.error("The hazards' worker ends whatever it is asked; nothing of this is judged.");
    return nothing(question);
  }

  /** null: the worker died. */
  async #survivors(question: HazardQuestion, signal: AbortSignal | undefined): Promise<HazardAnswer | null> {
    try {
      return await this.#askWithout(question, signal);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      this.#o.log.warn(`The hazards' worker ended: ${error.message}.`);
      return null;
    }
  }

  /** Which of these sides a worker dies of, each half read by itself. */
  async #findDeadly(
    question: HazardQuestion,
    sides: readonly JudgedSide[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (sides.length === 0) return;
    try {
      await this.#ask({ ...question, sides, alone: [], pairs: [], files: [] }, signal);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      const [only, ...more] = sides;
      if (only !== undefined && more.length === 0) {
        this.#o.log.warn(`${only.ref} is not judged: a file of it ends the worker (${error.message}).`);
        this.#deadly.add(keyOf(only));
        return;
      }
      const middle = sides.length >> 1;
      await this.#findDeadly(question, sides.slice(0, middle), signal);
      await this.#findDeadly(question, sides.slice(middle), signal);
    }
  }

  /** Asks without what a worker died of; what is about that is null. */
  async #askWithout(question: HazardQuestion, signal: AbortSignal | undefined): Promise<HazardAnswer> {
    const places = placesOf(question.sides, (side) => !this.#deadly.has(keyOf(side)));
    const files = placesOf(question.files, (file) => !this.#deadlyFiles.has(keyOfFile(file)));
    if (places.size === question.sides.length && files.size === question.files.length) {
      return this.#ask(question, signal);
    }
    const place = (index: number) => places.get(index) ?? null;
    const pairs = question.pairs.map(([a, b, held]) => [place(a), place(b), held] as const);
    const alone = question.alone.map(place);
    const answer = await this.#ask(
      {
        ...question,
        sides: question.sides.filter((_, index) => places.has(index)),
        alone: alone.filter((index) => index !== null),
        pairs: pairs.flatMap(([a, b, held]) => (a === null || b === null ? [] : [[a, b, held] as const])),
        files: question.files.filter((_, index) => files.has(index)),
      },
      signal,
    );
    const [told, toldPairs] = [answer.alone.values(), answer.pairs.values()];
    return {
      alone: alone.map((index) => (index === null ? null : (told.next().value ?? null))),
      pairs: pairs.map(([a, b]) => (a === null || b === null ? null : (toldPairs.next().value ?? null))),
      unjudged: question.sides.map((_, index) => answer.unjudged[place(index) ?? -1] ?? null),
      resolutions: question.files.map((_, index) => answer.resolutions[files.get(index) ?? -1] ?? null),
      gitProcesses: answer.gitProcesses,
    };
  }

  #ask(question: HazardQuestion, signal: AbortSignal | undefined): Promise<HazardAnswer> {
    if (this.#room?.ended !== false) this.#room = new Room(this.#o);
    return this.#room.ask(question, signal);
  }
}

function keyOf({ from, to }: JudgedSide): string {
  return `${from} ${to}`;
}

function keyOfFile({ base, ours, theirs }: ResolutionRequest): string {
  return `${base} ${ours} ${theirs}`;
}

/** The places of those that stay, by those that they had. */
function placesOf<T>(all: readonly T[], stays: (item: T) => boolean): Map<number, number> {
  const places = new Map<number, number>();
  for (const [index, item] of all.entries()) if (stays(item)) places.set(index, places.size);
  return places;
}

function nothing({ sides, alone, pairs, files }: HazardQuestion): HazardAnswer {
  const none = (some: readonly unknown[]) => some.map(() => null);
  return { alone: none(alone), pairs: none(pairs), unjudged: none(sides), resolutions: none(files), gitProcesses: 0 };
}

/** The worker ended before it answered. */
class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
}

interface Asked {
  readonly id: number;
  readonly resolve: (answer: HazardAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One worker, and the question it is at. */
class Room {
  readonly #worker: Worker;
  readonly #o: WorkerJudgeOptions;
  #asked: Asked | null = null;
  #ids = 0;
  #stuck: NodeJS.Timeout | null = null;
  #hasBegun = false;
  ended = false;

  constructor(o: WorkerJudgeOptions) {
    this.#o = o;
    const start: WorkerStart = { gitPath: o.gitPath, env: childEnvironment(o.env) };
    this.#worker = new Worker(o.program ?? hazardsProgram(), {
      workerData: start,
      // Ours are for a host, such as a debugger's port.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromWorker) => this.#told(message));
    this.#worker.on('error', (error) =>
      this.end(new WorkerDied(error instanceof Error ? error.message : String(error))),
    );
    this.#worker.on('exit', (code) => this.end(new WorkerDied(`exit ${code}`)));
  }

  ask(question: HazardQuestion, signal: AbortSignal | undefined): Promise<HazardAnswer> {
    this.#ids += 1;
    const id = this.#ids;
    const tell = (message: ToWorker) => this.#worker.postMessage(message);
    const cancel = () => tell({ kind: 'cancel', id });
    // While it works for somebody, the process waits for it.
    this.#worker.ref();
    this.#watch();
    return new Promise<HazardAnswer>((resolve, reject) => {
      this.#asked = { id, resolve, reject };
      tell({ kind: 'judge', id, question });
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    }).finally(() => {
      signal?.removeEventListener('abort', cancel);
      if (this.#stuck !== null) clearTimeout(this.#stuck);
      this.#asked = null;
      this.#worker.unref();
    });
  }

  /** Ends it; whoever waits for an answer is told. */
  end(why: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.#asked?.reject(why);
    void this.#worker.terminate();
  }

  #watch(): void {
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    const ms = this.#hasBegun ? (this.#o.stuckMs ?? 20_000) : startMs;
    this.#stuck = setTimeout(() => this.end(new WorkerDied(`no word for ${Math.round(ms / 1000)} s`)), ms);
  }

  #told(message: FromWorker): void {
    if (message.kind === 'log') this.#o.log[message.level](message.message);
    else if (message.kind === 'alive') {
      this.#hasBegun = true;
      if (this.#asked !== null) this.#watch();
    } else if (message.id === this.#asked?.id) {
      if (message.kind === 'answer') this.#asked.resolve(message.answer);
      else this.#asked.reject(new GitError(message.reason, message.message));
    }
  }
}
