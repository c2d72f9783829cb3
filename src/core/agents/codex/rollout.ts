import path from 'node:path';
import { type Fields, fieldsOf, nameOf, noJson, nonsense, parseFields, pathOf, timeOf } from '../recordFields';
import type { RecordSink, UsageRecord } from '../records';
import { type NestedTokens, tokensApart } from '../tokensApart';
import { isSameUsage, usageOf, usageSince, windowsOf } from './usage';

/** A session that inherits another's history repeats its lines in one burst when it begins. */
const burstMs = 1000;

/** What the lines of one rollout have told so far. */
export class Rollout {
  /** The thread that the file is of; a subagent's is not its session. */
  #thread: string;
  #session: string;
  #parent: string | null = null;
  #cwd: string | null = null;
  #model: string | null = null;
  #tier: string | null = null;
  /** When it began, where it repeats another's lines; null: it does not. */
  #burst: number | null = null;
  /** Number of the first line of its own, where the file tells it. */
  #ownFrom: number | null = null;
  #isBegun = false;
  /** Of the last `token_count`. */
  #total: NestedTokens | null = null;
  /** A `token_usage_record` came since: the next `token_count` says the same once more. */
  #isRecorded = false;
  #counted = 0;
  #searches = 0;

  /** @param file absolute; its name ends with the thread's id */
  constructor(file: string) {
    this.#thread = path.basename(file, '.jsonl').slice(-36);
    this.#session = this.#thread;
  }

  /** Reads one line. */
  read(bytes: Buffer, sink: RecordSink): void {
    const line = parseFields(bytes);
    if (line === null) {
      // Without numbers nothing is lost.
      if (bytes.includes('"token_usage_record"') || bytes.includes('"token_count"')) sink.skip(noJson);
      return;
    }
    const payload = fieldsOf(line.payload);
    if (payload === null) return;
    if (line.type === 'session_meta') this.#meta(line, payload);
    else if (line.type === 'turn_context') this.#context(payload);
    else if (line.type === 'token_usage_record') this.#record(line, payload, sink);
    else if (line.type === 'response_item' && payload.type === 'web_search_call') this.#search(line, payload);
    else if (line.type === 'event_msg' && payload.type === 'thread_settings_applied') {
      this.#context(fieldsOf(payload.thread_settings) ?? {});
    } else if (line.type === 'event_msg' && payload.type === 'token_count') this.#count(line, payload, sink);
  }

  /** The first is the file's own, others were inherited with the lines that follow them. */
  #meta(line: Fields, payload: Fields): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#thread = nameOf(payload.id) ?? this.#thread;
    this.#cwd = pathOf(payload.cwd);
    const spawn = fieldsOf(fieldsOf(fieldsOf(payload.source)?.subagent)?.thread_spawn);
    const starter = nameOf(spawn?.parent_thread_id) ?? nameOf(payload.parent_thread_id);
    const base = fieldsOf(payload.history_base);
    const origin = nameOf(payload.forked_from_id) ?? nameOf(base?.thread_id);
    const isSubagent = fieldsOf(payload.source)?.subagent !== undefined || starter !== null;
    // Subagents belong to the session that started them; newer versions name the outermost themselves.
    this.#session = nameOf(payload.session_id) ?? (isSubagent ? starter : null) ?? this.#thread;
    const parent = starter ?? origin;
    this.#parent = parent === this.#session ? null : parent;
    // With a base the history stays in the other file.
    if (base === null && (isSubagent || origin !== null)) this.#burst = timeOf(line.timestamp);
    const ownFrom = Number(payload.subagent_history_start_ordinal ?? Number.NaN);
    this.#ownFrom = Number.isSafeInteger(ownFrom) ? ownFrom : null;
  }

  #context(settings: Fields): void {
    this.#cwd = pathOf(settings.cwd) ?? this.#cwd;
    // A name too long to be one is not the name of the model before it.
    if (typeof settings.model === 'string') this.#model = nameOf(settings.model);
    if ('service_tier' in settings) this.#tier = nameOf(settings.service_tier);
  }

  #search(line: Fields, payload: Fields): void {
    const action = fieldsOf(payload.action)?.type ?? 'search';
    if (action === 'search' && !this.#isInherited(line)) this.#searches += 1;
  }

  /** One answer with its id, since 2026. A line that was inherited names the session that it is of, and its id. */
  #record(line: Fields, payload: Fields, sink: RecordSink): void {
    this.#isRecorded = true;
    const usage = usageOf(payload.usage);
    if (usage === null) {
      sink.skip(nonsense);
      return;
    }
    const thread = nameOf(payload.thread_id) ?? this.#thread;
    const session = nameOf(payload.session_id) ?? (thread === this.#thread ? this.#session : thread);
    const key = nameOf(payload.response_id) ?? `${this.#thread}#${this.#next()}`;
    // The rollout that it was written in first knows where and with what.
    this.#add(line, usage, { key, session, rank: thread === this.#thread ? 1 : 0 }, sink);
  }

  /**
   * Running totals after an answer, and again whenever limits were told. With records the same is told twice; only
   * what no record was written for counts.
   */
  #count(line: Fields, payload: Fields, sink: RecordSink): void {
    const limits = fieldsOf(payload.rate_limits);
    if (limits !== null) this.#quota(line, limits, sink);
    const info = fieldsOf(payload.info);
    if (info === null) return;
    const before = this.#total;
    const total = given(info.total_token_usage);
    const last = given(info.last_token_usage);
    if (total === 'nonsense' || last === 'nonsense') {
      sink.skip(nonsense);
      return;
    }
    if (total !== null && before !== null && isSameUsage(total, before)) return;
    this.#total = total ?? before;
    if (this.#isRecorded) {
      this.#isRecorded = false;
      return;
    }
    const usage = last ?? (total === null ? null : usageSince(total, before));
    // After a compaction only the size of the context is told anew.
    if (usage === null || usage.input + usage.output === 0 || this.#isInherited(line)) return;
    this.#add(line, usage, { key: `${this.#thread}#${this.#next()}`, session: this.#session, rank: 1 }, sink);
  }

  #add(line: Fields, usage: NestedTokens, id: Pick<UsageRecord, 'key' | 'rank' | 'session'>, sink: RecordSink): void {
    const webSearches = this.#searches;
    this.#searches = 0;
    sink.record({
      ...id,
      parent: id.session === this.#session ? this.#parent : null,
      cwd: this.#cwd,
      at: timeOf(line.timestamp),
      model: this.#model,
      tokens: tokensApart(usage),
      speed: this.#tier === 'priority' || this.#tier === 'fast' ? 'fast' : 'standard',
      // Flexible processing is charged as a batch is.
      batch: this.#tier === 'flex',
      webSearches,
      usd: null,
    });
  }

  #quota(line: Fields, limits: Fields, sink: RecordSink): void {
    const at = timeOf(line.timestamp);
    const windows = windowsOf(limits, at);
    if (at === null || windows.length === 0) return;
    sink.quota({ agent: 'codex', plan: nameOf(limits.plan_type), at: new Date(at).toISOString(), windows });
  }

  /** Whether another session wrote the line first, for what tells no id. */
  #isInherited(line: Fields): boolean {
    if (this.#ownFrom !== null && typeof line.ordinal === 'number') return line.ordinal < this.#ownFrom;
    const at = timeOf(line.timestamp);
    return this.#burst !== null && at !== null && at < this.#burst + burstMs;
  }

  #next(): number {
    this.#counted += 1;
    return this.#counted;
  }
}

/** null: it is not there. */
function given(value: unknown): NestedTokens | 'nonsense' | null {
  return value === undefined || value === null ? null : (usageOf(value) ?? 'nonsense');
}
