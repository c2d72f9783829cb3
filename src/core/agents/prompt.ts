import type { LaunchContext } from './agent';

/**
 * A single argument on Linux holds 128 KiB (MAX_ARG_STRLEN) and a whole command line on Windows 32,767 characters;
 * both limits are kept with room for the other arguments.
 */
const inlineBytes = 100_000;
const inlineCharactersOnWindows = 30_000;

export interface Prompt {
  readonly text: string;
  /** True: the text only names the brief's file, which the agent must be allowed to read. */
  readonly byFile: boolean;
}

/** What a session that was interrupted is told when nobody sits at a terminal to tell it. */
export const resumePrompt =
  'Your session was interrupted. Go on with the task where you stopped; everything in the brief still holds.';

/** The brief as it can be given to a program: no NUL or other control characters, `\n` line ends. */
export function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed; a NUL ends an argument early.
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/** The brief for standard input: whole, whatever its length. */
export function promptForInput(context: LaunchContext): string {
  return context.resume === null ? cleanText(context.brief) : resumePrompt;
}

/** The brief as one argument: the text itself, or where it would not fit a line that names its file. */
export function promptForArgument(context: LaunchContext): Prompt {
  const text = cleanText(context.brief);
  if (fitsArgument(text, context) && !looksLikeACommand(text)) return { text, byFile: false };
  const { plan, task } = context.ref;
  return {
    text: `Your brief for the task ${plan}/${task} is the file ${context.briefFile} (outside your worktree, read only). Read all of it first, then do exactly what it says.`,
    byFile: true,
  };
}

function fitsArgument(text: string, context: LaunchContext): boolean {
  const platform = context.platform ?? process.platform;
  if (platform !== 'win32') return Buffer.byteLength(text) <= inlineBytes;
  // cmd.exe, which runs npm's `.cmd` shims, ends a command at the first line break and at 8,191 characters.
  if (/\.(cmd|bat)$/i.test(context.program ?? '')) return false;
  return text.length <= inlineCharactersOnWindows;
}

/**
 * At the start `-x` is an option, `/x` a slash command, `!x` a shell command, `@x` a file, `#x` a note to remember in
 * some program; at the end `@x` opens a list of files in opencode, which swallows the Enter.
 */
function looksLikeACommand(text: string): boolean {
  return /^\s*[-/!@#]|@\S*\s*$/.test(text) || text.trim() === '';
}
