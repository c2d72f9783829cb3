import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onCleanup } from './cleanup';
import { type Conversation, type ModelApi, readConversation } from './modelConversation';
import { shellCall, type ToolCall, writeCall } from './modelTools';
import { type Answer, type AnswerCounts, answerUsage, sendAnswer } from './modelWire';
import { waitFor } from './waitFor';

/** One answer of the stand-in. All parts may be given together; what is left out is not there. */
export interface Turn {
  readonly say?: string;
  /** Files the agent is to write: path relative to its working directory → text. */
  readonly write?: Readonly<Record<string, string>>;
  /** A line for the agent's shell. */
  readonly run?: string;
  /** A call of the agent's tools by their own names, for what is not above. */
  readonly calls?: readonly ToolCall[];
  /** Answer only when this is done: holds the agent's turn open. */
  readonly after?: Promise<unknown>;
  /** Tokens that the answer says it took; what is left out is 0. Absent: `answerUsage`. */
  readonly counts?: Partial<AnswerCounts>;
  /** Answer with this HTTP status instead, as an overloaded or refusing provider does. */
  readonly status?: number;
}

/** A request as it arrived. */
export interface RecordedRequest extends Conversation {
  readonly at: Date;
  readonly api: ModelApi;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
  /** What people and agents wrote into it, system prompt included: where a brief must be found. */
  readonly text: string;
  /** Tokens that the answer said it took; null: not answered, or with an error. */
  readonly counts: AnswerCounts | null;
  /** The agent hung up before it was answered. */
  readonly aborted: boolean;
}

const nothing: AnswerCounts = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0, reasoning: 0 };

interface Rule {
  readonly text: string;
  readonly turns: readonly Turn[];
}

/**
 * A stand-in for the model providers on loopback: Anthropic Messages, OpenAI Responses and Gemini. It keeps no state
 * about agents: which turn of a script comes next is read from the conversation each request carries, so retries and
 * several agents at once do not confuse it.
 */
export class ModelServer {
  readonly requests: RecordedRequest[] = [];
  readonly #rules: Rule[] = [];

  private constructor(
    readonly url: string,
    private readonly server: http.Server,
  ) {}

  static async start(): Promise<ModelServer> {
    const server = http.createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const model = new ModelServer(`http://127.0.0.1:${port}`, server);
    server.on('request', (request, response) => {
      model.#serve(request, response).catch((error: unknown) => {
        // Shown to the agent as the provider's error, and so to the test in the agent's output.
        const message = error instanceof Error ? error.message : String(error);
        if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } }));
      });
    });
    onCleanup(() => model.stop());
    return model;
  }

  /**
   * From the user message that contains `text` on, answer with these turns, one for each request; "Done." after the
   * last. Of several scripts the one whose text came latest in the conversation counts.
   */
  script(text: string, ...turns: readonly Turn[]): void {
    this.#rules.push({ text, turns });
  }

  /** Waits for a request with this text somewhere in what people and agents wrote. */
  async waitForRequest(text: string, deadlineMs = 30_000): Promise<RecordedRequest> {
    const find = () => this.requests.find((request) => request.tools.length > 0 && request.text.includes(text));
    return waitFor(`a request with "${text}" at the stand-in model`, find, { deadlineMs });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let raw = '';
    for await (const chunk of request.setEncoding('utf8')) raw += chunk;
    const url = new URL(request.url ?? '/', this.url);
    const api = apiOf(url.pathname);
    if (url.pathname.endsWith('count_tokens') || url.pathname.endsWith(':countTokens')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"input_tokens":1234,"totalTokens":1234}');
      return;
    }
    if (api === undefined || request.method !== 'POST') {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"type":"error","error":{"type":"not_found_error","message":"Not served by the stand-in."}}');
      return;
    }
    const body: unknown = JSON.parse(raw);
    const conversation = readConversation(api, body, url.pathname);
    const text = conversation.entries.map((entry) => entry.text).join('\n');
    const started = { at: new Date(), api, headers: request.headers, body, text, aborted: false };
    const recorded = { ...conversation, ...started, counts: null as AnswerCounts | null };
    this.requests.push(recorded);
    response.on('close', () => {
      if (!response.writableFinished) recorded.aborted = true;
    });
    recorded.counts = await this.#answer(api, conversation, response, url.pathname, body);
  }

  async #answer(
    api: ModelApi,
    conversation: Conversation,
    response: http.ServerResponse,
    path: string,
    body: unknown,
  ): Promise<AnswerCounts | null> {
    const turn = this.#turnFor(conversation);
    await turn.after;
    if (response.closed || response.destroyed) return null;
    if (turn.status !== undefined) {
      response.writeHead(turn.status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ type: 'error', error: { type: 'api_error', message: turn.say ?? 'As scripted.' } }),
      );
      return null;
    }
    const streaming = api === 'gemini' ? path.includes(':stream') : (body as { stream?: boolean }).stream === true;
    const answer = answerOf(turn, conversation, api);
    sendAnswer(api, response, answer, streaming);
    return answer.counts;
  }

  #turnFor(conversation: Conversation): Turn {
    const done: Turn = { say: 'Done.' };
    // A side question (a title, a summary) is not part of any script.
    if (conversation.tools.length === 0) return done;
    const found = this.#rules
      .map((rule) => ({
        rule,
        at: conversation.entries.findLastIndex((entry) => entry.role === 'user' && entry.text.includes(rule.text)),
      }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => b.at - a.at)[0];
    if (found === undefined) return done;
    const answered = conversation.entries.slice(found.at).filter((entry) => entry.role === 'model').length;
    return found.rule.turns[answered] ?? done;
  }
}

function answerOf(turn: Turn, conversation: Conversation, api: ModelApi): Answer {
  const writes = Object.entries(turn.write ?? {}).map(([file, text]) => writeCall(conversation, file, text));
  const runs = turn.run === undefined ? [] : [shellCall(conversation, turn.run)];
  const calls = [...writes, ...runs, ...(turn.calls ?? [])];
  // A model that says nothing and does nothing is an error to some agents.
  const text = turn.say ?? (calls.length === 0 ? 'Done.' : '');
  const counts = turn.counts === undefined ? answerUsage[api] : { ...nothing, ...turn.counts };
  return { model: conversation.model, text, calls, counts };
}

function apiOf(path: string): ModelApi | undefined {
  if (path.endsWith('/messages')) return 'anthropic';
  if (path.endsWith('/responses')) return 'openai';
  return path.includes('enerateContent') ? 'gemini' : undefined;
}
