import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Git } from '../../git/git';

/** What the configuration says of merging, besides what the trees themselves say. */
export interface MergeRules {
  /** Names that have a `merge.<name>.driver`. */
  readonly drivers: readonly string[];
  /** Command of each of them. */
  readonly commands: ReadonlyMap<string, string>;
  /** Names that have a `filter.<name>.…`. */
  readonly filters: readonly string[];
  /** Changes whenever a verdict may, though both commits are the same. */
  readonly key: string;
}

interface Known {
  readonly rules: MergeRules;
  readonly watched: readonly string[];
  readonly signature: string;
}

/** Sections that a merge reads. Others change all the time: every new branch may get one. */
const sections = /^(core|merge|diff|filter|attr|extensions|submodule)\./;

/** Times of files lag behind the clock by a tick of the kernel. */
const clockGranularityMs = 20;

/** Reads the rules, with one git process when a file they come from has changed and none otherwise. */
export class RulesReader {
  #known: Known | null = null;

  /** @param fresh do not rely on the files' times: what is read decides whether a program may start */
  constructor(
    private readonly git: Git,
    private readonly commonDir: string,
    private readonly fresh: boolean,
  ) {}

  /** @throws GitError */
  async read(signal?: AbortSignal): Promise<MergeRules> {
    const known = this.#known;
    if (!this.fresh && known !== null && (await stateOf(known.watched)).signature === known.signature)
      return known.rules;
    const began = Date.now() - clockGranularityMs;
    const { stdoutBytes } = await this.git.run(
      [`--git-dir=${this.commonDir}`, 'config', '--list', '--includes', '--show-origin', '-z'],
      { cwd: this.commonDir, signal },
    );
    const entries = parseEntries(stdoutBytes.toString('utf8'));
    const watched = this.#watched(entries);
    const { signature, changed } = await stateOf(watched);
    const history = await stateOf(historyFilesOf(this.commonDir));
    const rules = await rulesOf(entries, attributeFilesOf(entries, this.commonDir), history.signature);
    // A file that changed since may have been read before or after.
    this.#known = changed < began ? { rules, watched, signature } : null;
    return rules;
  }

  #watched(entries: readonly Entry[]): string[] {
    const { env } = process;
    const home = env.HOME ?? homedir();
    const ofFiles = entries.flatMap(({ origin }) =>
      origin.startsWith('file:') ? [path.resolve(this.commonDir, origin.slice('file:'.length))] : [],
    );
    const included = entries.flatMap(({ key, value, origin }) =>
      /^include(if\..*)?\.path$/s.test(key) ? [includedPath(value, origin, this.commonDir, home)] : [],
    );
    const possible = [
      env.GIT_CONFIG_GLOBAL,
      env.GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
      path.join(home, '.gitconfig'),
      path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'git', 'config'),
      path.join(this.commonDir, 'config'),
      path.join(this.commonDir, 'config.worktree'),
      // `includeIf "onbranch:…"`
      path.join(this.commonDir, 'HEAD'),
    ].filter((file): file is string => file !== undefined && file !== '');
    const others = [...attributeFilesOf(entries, this.commonDir), ...historyFilesOf(this.commonDir)];
    return [...new Set([...possible, ...ofFiles, ...included, ...others])].sort();
  }
}

interface Entry {
  readonly origin: string;
  /** Section and variable in lower case, what is between as written. */
  readonly key: string;
  readonly value: string;
}

/** `git config --list --show-origin -z`: `<origin>` NUL `<key>` LF `<value>` NUL; a key alone is true. */
function parseEntries(text: string): Entry[] {
  const fields = text.split('\0');
  const entries: Entry[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const entry = fields[i + 1] ?? '';
    const end = entry.indexOf('\n');
    const [key, value] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    entries.push({ origin: fields[i] ?? '', key, value });
  }
  return entries;
}

async function rulesOf(
  entries: readonly Entry[],
  attributeFiles: readonly string[],
  history: string,
): Promise<MergeRules> {
  const commands = new Map<string, string>();
  const filters = new Set<string>();
  const hash = createHash('sha256').update(history);
  for (const { key, value } of entries) {
    const driver = /^merge\.(.+)\.driver$/s.exec(key)?.[1];
    if (driver !== undefined) commands.set(driver, value);
    const filter = /^filter\.(.+)\.[a-z]+$/s.exec(key)?.[1];
    if (filter !== undefined) filters.add(filter);
    if (sections.test(key)) hash.update(`${key}\n${value}\0`);
  }
  for (const file of attributeFiles) hash.update(await readFile(file).catch(() => '')).update('\0');
  return { drivers: [...commands.keys()], commands, filters: [...filters], key: hash.digest('hex').slice(0, 32) };
}

/** Attributes that come from no tree (gitattributes(5)): of the user, of the system, of the repository. */
function attributeFilesOf(entries: readonly Entry[], commonDir: string): string[] {
  const { env } = process;
  const home = env.HOME ?? homedir();
  const configured = entries.findLast(({ key }) => key === 'core.attributesfile')?.value;
  const byDefault = path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'git', 'attributes');
  const ofUser = configured === undefined ? byDefault : path.resolve(commonDir, expanded(configured, home));
  return [ofUser, '/etc/gitattributes', path.join(commonDir, 'info', 'attributes')];
}

/** What makes git see other parents than those of the commits. */
function historyFilesOf(commonDir: string): string[] {
  return ['shallow', 'info/grafts', 'refs/replace'].map((name) => path.join(commonDir, name));
}

function includedPath(value: string, origin: string, commonDir: string, home: string): string {
  const file = path.resolve(commonDir, origin.replace(/^file:/, ''));
  return path.resolve(path.dirname(file), expanded(value, home));
}

function expanded(value: string, home: string): string {
  return value.startsWith('~/') ? path.join(home, value.slice(2)) : value;
}

/** @returns `changed`: when the last of them changed, in ms */
async function stateOf(files: readonly string[]): Promise<{ signature: string; changed: number }> {
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => null)));
  const parts = stats.map((found) =>
    found === null ? '-' : `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`,
  );
  return { signature: parts.join(' '), changed: Math.max(0, ...stats.map((found) => Number(found?.ctimeMs ?? 0n))) };
}
