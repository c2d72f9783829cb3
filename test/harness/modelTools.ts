import path from 'node:path';
import type { Conversation } from './modelConversation';

/** A call of one of the agent's tools. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Group of tools that it is one of: Codex has such. */
  readonly namespace?: string;
}

type MakeInput = (target: string, text: string) => ToolCall['input'];

/** The tool each agent writes files with (tried with the pinned versions): Claude Code, opencode, Copilot, Gemini. */
const writers: Readonly<Record<string, MakeInput>> = {
  Write: (target, text) => ({ file_path: target, content: text }),
  write: (target, text) => ({ filePath: target, content: text }),
  create: (target, text) => ({ path: target, file_text: text }),
  write_file: (target, text) => ({ file_path: target, content: text }),
};

/** The tool each agent runs a shell line with: Claude Code, opencode and Copilot, Gemini, Codex. */
const shells: Readonly<Record<string, (line: string) => ToolCall['input']>> = {
  Bash: (line) => ({ command: line, description: 'Run the line' }),
  bash: (line) => ({ command: line, description: 'Run the line' }),
  run_shell_command: (line) => ({ command: line, description: 'Run the line' }),
  exec_command: (line) => ({ cmd: line, login: false }),
};

/** The call with which this agent runs a line in its shell. */
export function shellCall(conversation: Conversation, line: string): ToolCall {
  const name = conversation.tools.find((tool) => tool in shells);
  const input = name === undefined ? undefined : shells[name]?.(line);
  if (name === undefined || input === undefined) throw missing('a shell', conversation);
  return { name, input };
}

/** The call with which this agent writes a file; one without such a tool (Codex) does it in its shell. */
export function writeCall(conversation: Conversation, file: string, text: string): ToolCall {
  const target = conversation.cwd === undefined ? file : path.resolve(conversation.cwd, file);
  const name = conversation.tools.find((tool) => tool in writers);
  const input = name === undefined ? undefined : writers[name]?.(target, text);
  if (name !== undefined && input !== undefined) return { name, input };
  const quoted = `'${target.replaceAll("'", `'\\''`)}'`;
  const bytes = Buffer.from(text).toString('base64');
  return shellCall(conversation, `mkdir -p "$(dirname ${quoted})" && echo ${bytes} | base64 -d > ${quoted}`);
}

function missing(what: string, conversation: Conversation): Error {
  return new Error(`The agent offers no tool for ${what}; it offers: ${conversation.tools.join(', ')}`);
}
