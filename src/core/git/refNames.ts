import { GitError } from './errors';

/**
 * What is wrong with a branch name, or null. The rules of git-check-ref-format(1) for `refs/heads/<name>` and those of
 * `git branch`: no leading dash, not `HEAD`. Pure, so that names can be tried without a process each.
 */
export function branchNameProblem(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name.startsWith('-')) return 'it begins with a dash';
  if (name === 'HEAD') return 'HEAD is no name for a branch';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(name)) return 'it holds a space, a line break or another control character';
  if (/[~^:?*[\\]/.test(name)) return 'it holds one of ~ ^ : ? * [ \\';
  if (name.includes('..')) return 'it holds ".."';
  if (name.includes('@{')) return 'it holds "@{"';
  if (name.endsWith('.')) return 'it ends with a dot';
  for (const part of name.split('/')) {
    if (part === '') return 'it begins or ends with a slash, or holds two in a row';
    if (part.startsWith('.')) return 'one of its parts begins with a dot';
    if (part.endsWith('.lock')) return 'one of its parts ends with ".lock"';
  }
  return null;
}

/**
 * Guards a ref that came from outside and is handed to a command that does not know `--end-of-options`.
 * @throws GitError bad-ref when it could be taken for an option or for several arguments' worth of text.
 */
export function safeRef(ref: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (ref === '' || ref.startsWith('-') || /[\u0000-\u001f\u007f]/.test(ref)) {
    throw new GitError('bad-ref', `${JSON.stringify(ref)} names no branch or commit; give the name of one.`);
  }
  return ref;
}

/** A full object id, SHA-1 or SHA-256. */
export function isFullId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
