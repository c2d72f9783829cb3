import type { SkippedRecord } from '../../../contract/usage';
import { createPricer } from '../../prices/pricer';
import type { Priced, Pricer } from '../../prices/prices';
import { createDays } from '../days';
import type { Owner, PricedRecord, RecordFilter, UsageBucket, UsageQuestion } from '../parts';
import type { Answer, Answers } from '../scan/answers';
import { allTokens } from '../sums';
import { Bucket, type Share } from './buckets';
import { createOwners, type Traced } from './owners';
import { createComparable } from './paths';

/** Whose, which day and how much: what the question decides. Made anew when the question changes. */
interface Rules {
  readonly owner: (answer: Traced) => Owner;
  readonly day: (at: number) => string | null;
  readonly pricer: Pricer;
}

const none = -1;

/**
 * Credits every answer to its owner, prices it and keeps the sums. Asked again, only what changed since is looked at;
 * a bucket from which an answer was taken (a better record of it was found) is added up anew, so that nothing drifts.
 */
export class Ledger {
  private asked: { readonly question: UsageQuestion; readonly print: string } | null = null;
  private rules: Rules | null = null;
  /** Of each answer, by its index. */
  private bucketOf = new Int32Array(1024).fill(none);
  private buckets: Bucket[] = [];
  private bySession = new Map<string, number[]>();
  /** Session by session of the same agent that was cut from it or started by it. */
  private readonly parents = new Map<string, string>();
  private readonly withChildren = new Set<string>();
  /** Sessions by the files that their answers were in. */
  private readonly sessionsIn = new Map<string, Set<string>>();

  constructor(
    private readonly answers: Answers,
    private readonly platform: NodeJS.Platform,
  ) {}

  /** @param skipped what the scan did not count */
  update(question: UsageQuestion, skipped: readonly SkippedRecord[]): void {
    const changed = this.answers.takeChanged();
    const print = printOf(question);
    if (this.rules === null || this.asked?.print !== print) {
      this.asked = { question, print };
      this.countAll();
    } else if (this.count(this.rules, changed)) this.countAll();
    this.markIncomplete(skipped);
  }

  /** All that are not empty. @param others with what belongs to other repositories */
  show(others: boolean): UsageBucket[] {
    return this.buckets.flatMap((bucket) =>
      bucket.isEmpty || (!others && bucket.owner.kind === 'other') ? [] : [bucket.show()],
    );
  }

  /** Without what lies in files that only other repositories' answers are in. */
  ownSkipped(skipped: readonly SkippedRecord[]): readonly SkippedRecord[] {
    return skipped.filter((record) => {
      const buckets = this.bucketsBeside(record);
      return buckets.length === 0 || buckets.some(({ owner }) => owner.kind !== 'other');
    });
  }

  /** The answers behind a figure, the newest first. @param lineOf number of the line at an offset of a file */
  records(filter: RecordFilter, lineOf: (file: string, offset: number) => number | null): PricedRecord[] {
    const { rules } = this;
    if (rules === null) return [];
    const wanted = new Set(this.buckets.flatMap((bucket, i) => (matches(bucket, filter) ? [i] : [])));
    const found: Answer[] = [];
    for (let i = 0; i < this.answers.size; i++) {
      if (wanted.has(this.bucketOf[i] ?? none)) found.push(this.answers.get(i));
    }
    found.sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
    return found.slice(0, filter.limit).map((answer) => pricedRecord(answer, rules.pricer, lineOf));
  }

  private countAll(): void {
    const { asked } = this;
    if (asked === null) return;
    const { question } = asked;
    this.buckets = [];
    this.bySession = new Map();
    this.bucketOf.fill(none);
    const comparable = createComparable(this.platform);
    const parentOf = (agent: string, session: string) => this.parents.get(keyOf(agent, session)) ?? null;
    this.rules = {
      owner: createOwners(question, { platform: this.platform, comparable, parentOf }),
      day: createDays(question.timeZone),
      pricer: createPricer(question.prices),
    };
    const all = Array.from({ length: this.answers.size }, (_, i) => i);
    // Who descends from whom may be known only now, in whatever order the files were read.
    if (this.count(this.rules, all)) this.countAll();
  }

  /** @returns whether it showed that a session descends from another over a third, which may change owners */
  private count(rules: Rules, changed: readonly number[]): boolean {
    const taken = new Set<number>();
    let chained = false;
    let last: Answer | null = null;
    this.makeRoom();
    for (const index of changed) {
      const answer = this.answers.at(index);
      if (last?.file !== answer.file || last.session !== answer.session) this.noteFile(answer);
      last = answer;
      if (answer.parent !== null && this.descends(answer.agent, answer.session, answer.parent)) chained = true;
      const before = this.bucketOf[index] ?? none;
      const now = this.bucketFor(rules, answer);
      this.bucketOf[index] = now;
      if (before === none) this.buckets[now]?.add(shareOf(answer, rules.pricer));
      else taken.add(before).add(now);
    }
    if (taken.size > 0) this.addUp(rules, taken);
    return chained;
  }

  private addUp(rules: Rules, these: ReadonlySet<number>): void {
    for (const i of these) this.buckets[i]?.clear();
    for (let i = 0; i < this.answers.size; i++) {
      const at = this.bucketOf[i] ?? none;
      if (these.has(at)) this.buckets[at]?.add(shareOf(this.answers.at(i), rules.pricer));
    }
  }

  private bucketFor(rules: Rules, answer: Answer): number {
    const owner = rules.owner(answer);
    const day = answer.at === null ? null : rules.day(answer.at);
    const { agent, session, model } = answer;
    const ofSession = this.bySession.get(session) ?? [];
    // From the last one made: answers lie in their files as they were given, day after day.
    for (let i = ofSession.length - 1; i >= 0; i--) {
      const known = ofSession[i] ?? none;
      const bucket = this.buckets[known];
      if (bucket?.day === day && bucket.model === model && bucket.owner === owner && bucket.agent === agent)
        return known;
    }
    ofSession.push(this.buckets.length);
    this.bySession.set(session, ofSession);
    return this.buckets.push(new Bucket(owner, agent, session, model, day)) - 1;
  }

  /** Remembers a descent; true when it is new and continues or begins another one. */
  private descends(agent: string, session: string, parent: string): boolean {
    const [child, above] = [keyOf(agent, session), keyOf(agent, parent)];
    if (this.parents.has(child) || child === above) return false;
    this.parents.set(child, parent);
    this.withChildren.add(above);
    return this.parents.has(above) || this.withChildren.has(child);
  }

  private noteFile({ file, session }: Answer): void {
    const sessions = this.sessionsIn.get(file);
    if (sessions === undefined) this.sessionsIn.set(file, new Set([session]));
    else sessions.add(session);
  }

  private makeRoom(): void {
    if (this.answers.size <= this.bucketOf.length) return;
    const larger = new Int32Array(2 * this.answers.size).fill(none);
    larger.set(this.bucketOf);
    this.bucketOf = larger;
  }

  /** Sessions with an answer in a file of which something was skipped are known to be incomplete. */
  private markIncomplete(skipped: readonly SkippedRecord[]): void {
    const incomplete = new Set(skipped.flatMap((record) => this.bucketsBeside(record)));
    for (const bucket of this.buckets) bucket.mark(incomplete.has(bucket));
  }

  /** Those of the sessions that have an answer in the same file. */
  private bucketsBeside({ agent, file }: SkippedRecord): Bucket[] {
    const found: Bucket[] = [];
    for (const session of this.sessionsIn.get(file) ?? []) {
      for (const i of this.bySession.get(session) ?? []) {
        const bucket = this.buckets[i];
        if (bucket !== undefined && bucket.agent === agent) found.push(bucket);
      }
    }
    return found;
  }
}

function shareOf(answer: Answer, pricer: Pricer): Share {
  const usd = usdOf(answer, pricer.price(answer));
  return { tokens: answer.tokens, at: answer.at, nanoUsd: usd === null ? null : Math.round(usd * 1e9) };
}

/** By our table, else as the agent says; what used nothing costs nothing, whatever it was. */
function usdOf(answer: Answer, priced: Priced | null): number | null {
  if (priced !== null) return priced.usd;
  if (answer.usd !== null) return answer.usd;
  return allTokens(answer.tokens) === 0 && answer.webSearches === 0 ? 0 : null;
}

function pricedRecord(
  answer: Answer,
  pricer: Pricer,
  lineOf: (file: string, offset: number) => number | null,
): PricedRecord {
  const priced = pricer.price(answer);
  const { agent, session, model, at, file, offset, tokens } = answer;
  const line = offset < 0 ? null : lineOf(file, offset);
  const usd = usdOf(answer, priced);
  if (priced === null) return { agent, session, model, at, file, line, tokens, usd, price: null };
  const { rates, entry } = priced;
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = rates;
  const price = { input, output, cacheWrite5m, cacheWrite1h, cacheRead, source: entry.source, since: entry.since };
  return { agent, session, model, at, file, line, tokens, usd, price };
}

function matches(bucket: Bucket, { owner, agent, session, model, day }: RecordFilter): boolean {
  return (
    (owner === undefined || sameOwner(bucket.owner, owner)) &&
    (agent === undefined || bucket.agent === agent) &&
    (session === undefined || bucket.session === session) &&
    (model === undefined || bucket.model === model) &&
    (day === undefined || bucket.day === day)
  );
}

function sameOwner(a: Owner, b: Owner): boolean {
  if (a.kind !== 'task' || b.kind !== 'task') return a.kind === b.kind;
  return a.ref.plan === b.ref.plan && a.ref.task === b.ref.task;
}

/** No agent has a line break in its name. */
function keyOf(agent: string, session: string): string {
  return `${agent}\n${session}`;
}

/** Equal for questions that give equal answers; `all` decides only what is shown. */
function printOf({ tasks, folders, prices, timeZone }: UsageQuestion): string {
  return JSON.stringify([tasks, folders, prices, timeZone]);
}
