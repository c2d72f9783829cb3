import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** One line of the configuration. */
export interface ConfigEntry {
  readonly origin: string;
  /** Section and variable in lower case, what is between as written. */
  readonly key: string;
  readonly value: string;
}

/** `git config --list --show-origin -z`: `<origin>` NUL `<key>` LF `<value>` NUL; a key alone is true. */
export function parseEntries(text: string): ConfigEntry[] {
  const fields = text.split('\0');
  const entries: ConfigEntry[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const entry = fields[i + 1] ?? '';
    const end = entry.indexOf('\n');
    const [key, value] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    entries.push({ origin: fields[i] ?? '', key, value });
  }
  return entries;
}

/** Where git looks for its configuration, there or not, besides what those files include. */
export function configFiles(commonDir: string): string[] {
  const { env } = process;
  const home = env.HOME ?? homedir();
  return [
    env.GIT_CONFIG_GLOBAL,
    env.GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
    path.join(home, '.gitconfig'),
    path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'git', 'config'),
    path.join(commonDir, 'config'),
    path.join(commonDir, 'config.worktree'),
    // `includeIf "onbranch:…"`
    path.join(commonDir, 'HEAD'),
  ].filter((file): file is string => file !== undefined && file !== '');
}

/** @returns `changed`: when the last of them changed, in ms */
export async function stateOf(files: readonly string[]): Promise<{ signature: string; changed: number }> {
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => null)));
  const parts = stats.map((found) =>
    found === null ? '-' : `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`,
  );
  return { signature: parts.join(' '), changed: Math.max(0, ...stats.map((found) => Number(found?.ctimeMs ?? 0n))) };
}
