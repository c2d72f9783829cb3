/** The three interfaces the stand-in model speaks. */
export type ModelApi = 'anthropic' | 'openai' | 'gemini';

/** One entry of a conversation, whichever interface carried it. */
export interface Entry {
  readonly role: 'user' | 'model' | 'tool' | 'system';
  readonly text: string;
}

/** What a request asks, whichever interface carried it. */
export interface Conversation {
  readonly model: string;
  /** System prompt and entries, in order. */
  readonly entries: readonly Entry[];
  /** Names of the tools the agent offers; empty for side questions such as a title for the session. */
  readonly tools: readonly string[];
  /** The agent's working directory, where its prompt tells it. */
  readonly cwd: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the body of a request. @param path of its URL: Gemini names its model there */
export function readConversation(api: ModelApi, body: unknown, path: string): Conversation {
  const request = isJson(body) ? body : {};
  const entries = { anthropic: anthropicEntries, openai: openaiEntries, gemini: geminiEntries }[api](request);
  const all = entries.map((entry) => entry.text).join('\n');
  return {
    model: api === 'gemini' ? (/models\/([^:]+):/.exec(path)?.[1] ?? 'gemini') : string(request.model),
    entries,
    tools: toolNames(request),
    cwd: workingDirectory(all),
  };
}

/** Text of content that is a string, or blocks of which some carry text. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((block) => string(block.text))
    .filter((text) => text !== '')
    .join('\n');
}

/** Source: Anthropic Messages API. A tool's result is a block in a user message. */
function anthropicEntries(request: Json): Entry[] {
  const entries: Entry[] = [{ role: 'system', text: textOf(request.system) }];
  for (const message of list(request.messages)) {
    const text = textOf(message.content);
    const results = list(message.content).filter((block) => block.type === 'tool_result');
    if (results.length > 0) entries.push({ role: 'tool', text: JSON.stringify(results) });
    if (message.role === 'assistant') entries.push({ role: 'model', text });
    else if (text !== '') entries.push({ role: message.role === 'user' ? 'user' : 'system', text });
  }
  return entries;
}

/** Source: OpenAI Responses API. One answer is several items: a message and one item for each call. */
function openaiEntries(request: Json): Entry[] {
  const entries: Entry[] = [{ role: 'system', text: string(request.instructions) }];
  for (const item of list(request.input)) {
    const type = string(item.type) || 'message';
    if (type.endsWith('_output')) entries.push({ role: 'tool', text: JSON.stringify(item.output) });
    else if (type === 'message' && item.role === 'user') entries.push({ role: 'user', text: textOf(item.content) });
    else if (type === 'message' && item.role !== 'assistant')
      entries.push({ role: 'system', text: textOf(item.content) });
    else if (entries.at(-1)?.role !== 'model') entries.push({ role: 'model', text: textOf(item.content) });
  }
  return entries;
}

/** Source: Gemini API, `generateContent`. A tool's result is a part of a user's content. */
function geminiEntries(request: Json): Entry[] {
  const system = isJson(request.systemInstruction) ? textOf(request.systemInstruction.parts) : '';
  const entries: Entry[] = [{ role: 'system', text: system }];
  for (const content of list(request.contents)) {
    const results = list(content.parts).filter((part) => part.functionResponse !== undefined);
    const text = textOf(content.parts);
    if (results.length > 0) entries.push({ role: 'tool', text: JSON.stringify(results) });
    if (content.role === 'model') entries.push({ role: 'model', text });
    else if (text !== '') entries.push({ role: 'user', text });
  }
  return entries;
}

function toolNames(request: Json): string[] {
  return list(request.tools)
    .flatMap((tool) => (tool.functionDeclarations === undefined ? [tool] : list(tool.functionDeclarations)))
    .map((tool) => string(tool.name) || string(tool.type));
}

/** Each agent tells its model where it works, in words of its own. */
function workingDirectory(prompt: string): string | undefined {
  const patterns = [
    /working directory: ([^\n"]+)/i,
    /<cwd>([^<]+)<\/cwd>/,
    /Workspace Directories:\*\*\n\s*- ([^\n]+)/,
  ];
  return patterns.map((pattern) => pattern.exec(prompt)?.[1]?.trim()).find((found) => found !== undefined);
}
