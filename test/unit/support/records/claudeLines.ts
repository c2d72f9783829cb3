import type { Random } from './random';
import type { TrueAnswer } from './truth';

/** Where a line stands: what every line of a transcript carries. */
export interface LineContext {
  readonly session: string;
  readonly cwd: string;
  readonly at: number;
  readonly sidechain: boolean;
  /** Of a subagent; null: the main conversation. */
  readonly agent: string | null;
}

/** Shared by all lines. Source: transcripts of Claude Code 2.1. */
function envelope(random: Random, context: LineContext): Record<string, unknown> {
  return {
    parentUuid: random.uuid(),
    isSidechain: context.sidechain,
    userType: 'external',
    cwd: context.cwd,
    sessionId: context.session,
    version: '2.1.197',
    gitBranch: 'main',
    ...(context.agent === null ? {} : { agentId: context.agent }),
  };
}

const ending = (random: Random, at: number) => ({ uuid: random.uuid(), timestamp: new Date(at).toISOString() });

/** The counts of an answer as a transcript has them; without the split of cache writes where all are for 5 minutes. */
function usageOf(random: Random, answer: TrueAnswer): Record<string, unknown> {
  const { tokens } = answer;
  const split = tokens.cacheWrite1h > 0 || random.chance(0.8);
  return {
    input_tokens: tokens.input,
    cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    cache_read_input_tokens: tokens.cacheRead,
    ...(split
      ? {
          cache_creation: {
            ephemeral_5m_input_tokens: tokens.cacheWrite5m,
            ephemeral_1h_input_tokens: tokens.cacheWrite1h,
          },
        }
      : {}),
    output_tokens: tokens.output,
    ...(answer.webSearches > 0
      ? { server_tool_use: { web_search_requests: answer.webSearches, web_fetch_requests: 0 } }
      : {}),
    service_tier: answer.batch ? 'batch' : 'standard',
    ...(answer.speed === 'fast' ? { speed: 'fast' } : {}),
  };
}

/** One block of an answer, with the counts as they were when it was written. */
export function assistantLine(
  random: Random,
  context: LineContext,
  o: { readonly answer: TrueAnswer; readonly request: string; readonly block: unknown; readonly last: boolean },
): string {
  return JSON.stringify({
    ...envelope(random, context),
    message: {
      model: o.answer.model,
      id: o.answer.key,
      type: 'message',
      role: 'assistant',
      content: [o.block],
      stop_reason: o.last ? 'end_turn' : null,
      stop_sequence: null,
      usage: usageOf(random, o.answer),
    },
    requestId: o.request,
    type: 'assistant',
    ...ending(random, context.at),
  });
}

export function promptLine(random: Random, context: LineContext, text: string): string {
  return JSON.stringify({
    ...envelope(random, context),
    type: 'user',
    message: { role: 'user', content: text },
    ...ending(random, context.at),
  });
}

/** A tool's result; `extra` is what the tool says of itself beside it, where counts of others may stand. */
export function toolResultLine(random: Random, context: LineContext, text: string, extra: object = {}): string {
  const id = `toolu_${random.hex(24)}`;
  return JSON.stringify({
    ...envelope(random, context),
    type: 'user',
    message: { role: 'user', content: [{ tool_use_id: id, type: 'tool_result', content: text }] },
    ...ending(random, context.at),
    toolUseResult: { stdout: text, stderr: '', interrupted: false, ...extra },
  });
}

/** What Claude Code writes when there was no answer: no tokens, no model. */
export function syntheticLine(random: Random, context: LineContext): string {
  const none = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  return JSON.stringify({
    ...envelope(random, context),
    type: 'assistant',
    ...ending(random, context.at),
    message: {
      id: random.uuid(),
      model: '<synthetic>',
      role: 'assistant',
      type: 'message',
      content: [{ type: 'text', text: 'API Error: 529 Overloaded' }],
      usage: { ...none, server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 }, service_tier: null },
    },
    isApiErrorMessage: true,
  });
}

/** Lines that are of no account: a summary, a snapshot of files. */
export function otherLine(random: Random, context: LineContext): string {
  if (random.chance(0.5)) return JSON.stringify({ type: 'summary', summary: 'Made it work', leafUuid: random.uuid() });
  const snapshot = { messageId: random.uuid(), trackedFileBackups: {}, timestamp: new Date(context.at).toISOString() };
  return JSON.stringify({ type: 'file-history-snapshot', messageId: random.uuid(), snapshot, isSnapshotUpdate: false });
}

/** A subagent's answer as its parent's transcript shows it go by: counted where it was written, not here. */
export function progressLine(random: Random, context: LineContext, answer: TrueAnswer): string {
  const message = { id: answer.key, model: answer.model, role: 'assistant', usage: usageOf(random, answer) };
  return JSON.stringify({
    ...envelope(random, context),
    type: 'progress',
    data: { type: 'agent_progress', message: { type: 'assistant', message, timestamp: new Date(answer.at) } },
    ...ending(random, context.at),
  });
}
