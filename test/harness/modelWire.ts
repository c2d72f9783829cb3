import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ModelApi } from './modelConversation';
import type { ToolCall } from './modelTools';

/** What the stand-in answers: text, then calls. */
export interface Answer {
  readonly model: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly counts: AnswerCounts;
}

/**
 * Tokens of one answer; none is in two of them. Anthropic is told just these; OpenAI and Gemini count what was cached
 * inside the input, OpenAI also reasoning inside the output. What an interface has no field for is not sent: cache
 * writes by OpenAI and Gemini, reasoning by Anthropic.
 */
export interface AnswerCounts {
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Tokens of every answer for which a test names no others. */
export const answerUsage: Readonly<Record<ModelApi, AnswerCounts>> = {
  anthropic: { input: 120, cacheWrite: 2_400, cacheRead: 6_000, output: 80, reasoning: 0 },
  openai: { input: 2_500, cacheWrite: 0, cacheRead: 1_500, output: 190, reasoning: 60 },
  gemini: { input: 2_500, cacheWrite: 0, cacheRead: 1_500, output: 190, reasoning: 60 },
};

/** Sends an answer in the form the interface has, streaming or not. */
export function sendAnswer(api: ModelApi, response: ServerResponse, answer: Answer, streaming: boolean): void {
  ({ anthropic: sendAnthropic, openai: sendOpenai, gemini: sendGemini })[api](response, answer, streaming);
}

function events(response: ServerResponse): (type: string, data: object) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${randomUUID()}` });
  return (type, data) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Source: Anthropic Messages API, streaming events. */
function sendAnthropic(response: ServerResponse, answer: Answer, streaming: boolean): void {
  const { counts } = answer;
  const usage = {
    input_tokens: counts.input,
    cache_creation_input_tokens: counts.cacheWrite,
    cache_read_input_tokens: counts.cacheRead,
    output_tokens: counts.output,
    cache_creation: { ephemeral_5m_input_tokens: counts.cacheWrite, ephemeral_1h_input_tokens: 0 },
    service_tier: 'standard',
  };
  const blocks = [
    ...(answer.text === '' ? [] : [{ type: 'text', text: answer.text }]),
    ...answer.calls.map(({ name, input }) => ({ type: 'tool_use', id: `toolu_${randomUUID()}`, name, input })),
  ];
  const stop = answer.calls.length > 0 ? 'tool_use' : 'end_turn';
  const message = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model: answer.model, usage };
  if (!streaming) {
    sendJson(response, { ...message, content: blocks, stop_reason: stop, stop_sequence: null });
    return;
  }
  const send = events(response);
  send('message_start', { message: { ...message, content: [], stop_reason: null, stop_sequence: null } });
  for (const [index, block] of blocks.entries()) {
    const empty = 'text' in block ? { ...block, text: '' } : { ...block, input: {} };
    const delta =
      'text' in block
        ? { type: 'text_delta', text: block.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_start', { index, content_block: empty });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage });
  send('message_stop', {});
  response.end();
}

/** Source: OpenAI Responses API, streaming events. */
function sendOpenai(response: ServerResponse, answer: Answer, streaming: boolean): void {
  const { counts } = answer;
  const input = counts.input + counts.cacheRead;
  const output_tokens = counts.output + counts.reasoning;
  const id = `resp_${randomUUID()}`;
  const content = [{ type: 'output_text', text: answer.text, annotations: [] }];
  const output = [
    ...(answer.text === '' ? [] : [{ type: 'message', role: 'assistant', id: `msg_${randomUUID()}`, content }]),
    ...answer.calls.map((call) => ({
      type: 'function_call',
      id: `fc_${randomUUID()}`,
      call_id: `call_${randomUUID()}`,
      name: call.name,
      ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
      arguments: JSON.stringify(call.input),
    })),
  ];
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: counts.cacheRead },
    output_tokens,
    output_tokens_details: { reasoning_tokens: counts.reasoning },
    total_tokens: input + output_tokens,
  };
  const whole = { id, object: 'response', model: answer.model, status: 'completed', output, usage };
  if (!streaming) {
    sendJson(response, whole);
    return;
  }
  const send = events(response);
  send('response.created', { response: { id, model: answer.model } });
  for (const [index, item] of output.entries()) {
    send('response.output_item.added', { output_index: index, item });
    send('response.output_item.done', { output_index: index, item });
  }
  send('response.completed', { response: whole });
  response.end();
}

/** Source: Gemini API, `generateContent` and `streamGenerateContent?alt=sse`. */
function sendGemini(response: ServerResponse, answer: Answer, streaming: boolean): void {
  const { counts } = answer;
  const promptTokenCount = counts.input + counts.cacheRead;
  const parts = [
    ...(answer.text === '' ? [] : [{ text: answer.text }]),
    ...answer.calls.map((call) => ({ functionCall: { name: call.name, args: call.input } })),
  ];
  const whole = {
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }],
    usageMetadata: {
      promptTokenCount,
      cachedContentTokenCount: counts.cacheRead,
      candidatesTokenCount: counts.output,
      thoughtsTokenCount: counts.reasoning,
      totalTokenCount: promptTokenCount + counts.output + counts.reasoning,
    },
    modelVersion: answer.model,
  };
  if (!streaming) {
    sendJson(response, whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`data: ${JSON.stringify(whole)}\n\n`);
}
