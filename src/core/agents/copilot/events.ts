import { type Fields, fieldsOf, nameOf, noJson, nonsense, parseFields, pathOf, timeOf } from '../recordFields';
import type { RecordSink } from '../records';
import { type NestedTokens, tokensApart } from '../tokensApart';
import { noUsage, plus, usageOf, without } from './usage';

/** Of the events, as their first tells it. */
const knownVersion = 1;

/** Usage by model; null: the model was not told. */
type ByModel = Map<string | null, NestedTokens>;

/** What the events of one session have told so far. */
export class SessionEvents {
  #session: string;
  #cwd: string | null = null;
  /** What was counted, of the whole session and since it was last started or resumed. */
  readonly #all: ByModel = new Map();
  #lifetime: ByModel = new Map();
  #counted = 0;
  /** Answers have a record each: what messages tell is the same once more. */
  #hasRecords = false;

  /** @param session as its folder names it */
  constructor(session: string) {
    this.#session = session;
  }

  /** Reads one line. */
  read(bytes: Buffer, sink: RecordSink): void {
    const line = parseFields(bytes);
    if (line === null) {
      // Without numbers nothing is lost.
      if (bytes.includes('"outputTokens"')) sink.skip(noJson);
      return;
    }
    const data = fieldsOf(line.data);
    if (data === null) return;
    switch (line.type) {
      case 'session.start':
        this.#session = nameOf(data.sessionId) ?? this.#session;
        if (typeof data.version === 'number' && data.version !== knownVersion) {
          sink.skip(`events of version ${data.version} are not known: some may be missing`);
        }
        this.#begin();
        break;
      case 'session.resume':
        this.#begin();
        break;
      case 'session.usage_record':
        this.#record(line, data, sink);
        break;
      case 'assistant.message':
        this.#message(line, data, sink);
        break;
      case 'session.shutdown':
        this.#shutdown(line, data, sink);
        break;
    }
    const context = fieldsOf(data.context) ?? (line.type === 'session.context_changed' ? data : {});
    this.#cwd = pathOf(context.cwd) ?? this.#cwd;
  }

  #begin(): void {
    this.#lifetime = new Map();
    this.#hasRecords = false;
  }

  /** One answer, since 1.0. One that a fork has copied names the session that it was given in. */
  #record(line: Fields, data: Fields, sink: RecordSink): void {
    this.#hasRecords = true;
    const fields = fieldsOf(data.usage) ?? {};
    const usage = usageOf(fields);
    if (usage === null) {
      sink.skip(nonsense);
      return;
    }
    const accounting = fieldsOf(fields.accounting) ?? {};
    // A subagent's answers name a session that nobody else knows.
    const isSubagent = line.agentId !== undefined || fields.parentToolCallId !== undefined;
    const session = (isSubagent ? null : nameOf(accounting.sourceSessionId)) ?? this.#session;
    const key = nameOf(accounting.usageId) ?? nameOf(fields.apiCallId) ?? nameOf(line.id);
    this.#add(
      line,
      { usage, key, session, rank: session === this.#session ? 2 : 1, model: nameOf(fields.model) },
      sink,
    );
  }

  /** Before there were records, a message told its output; all else came with the totals at the end. */
  #message(line: Fields, data: Fields, sink: RecordSink): void {
    if (this.#hasRecords || data.outputTokens === undefined) return;
    const usage = usageOf({ outputTokens: data.outputTokens });
    if (usage === null) sink.skip(nonsense);
    else if (usage.output > 0) {
      const key = nameOf(data.messageId) ?? nameOf(line.id);
      this.#add(line, { usage, key, session: this.#session, rank: 0, model: nameOf(data.model) }, sink);
    }
  }

  /**
   * Totals at the end: they only fill what the records of answers lack. Those of newer versions are of the whole
   * session, those of versions without records of the time since it was started or resumed.
   */
  #shutdown(line: Fields, data: Fields, sink: RecordSink): void {
    const isOfAll = data.accountingSnapshot !== undefined || data.usageAccountingWatermarks !== undefined;
    const counted = isOfAll ? this.#all : this.#lifetime;
    // Which model's totals hold what was counted without one is not told: it is in them once.
    let unnamed = counted.get(null) ?? noUsage;
    for (const [name, metrics] of Object.entries(fieldsOf(data.modelMetrics) ?? {})) {
      const model = nameOf(name);
      const total = usageOf(fieldsOf(fieldsOf(metrics)?.usage) ?? {});
      if (total === null) {
        sink.skip(nonsense);
        continue;
      }
      const named = model === null ? total : without(total, counted.get(model) ?? noUsage);
      const usage = without(named, unnamed);
      unnamed = without(unnamed, named);
      if (usage.input + usage.output === 0) continue;
      const id = nameOf(line.id);
      const key = id === null ? null : `${id}/${model}`;
      this.#add(line, { usage, key, session: this.#session, rank: 0, model }, sink);
    }
  }

  #add(
    line: Fields,
    found: { usage: NestedTokens; key: string | null; session: string; rank: number; model: string | null },
    sink: RecordSink,
  ): void {
    const { usage, session, rank, model } = found;
    this.#counted += 1;
    for (const counted of [this.#all, this.#lifetime]) counted.set(model, plus(counted.get(model) ?? noUsage, usage));
    sink.record({
      key: found.key ?? `${this.#session}#${this.#counted}`,
      rank,
      session,
      parent: null,
      cwd: this.#cwd,
      at: timeOf(line.timestamp),
      model,
      tokens: tokensApart(usage),
      speed: 'standard',
      batch: false,
      webSearches: 0,
      // It tells premium requests and credits, which are no money.
      usd: null,
    });
  }
}
