import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Git } from '../../git/git';
import { type ConfigEntry, configFiles, parseEntries, stateOf } from './config';

/** What the configuration says of merging, besides what the trees themselves say. */
export interface MergeRules {
  /** Names that have a `merge.<name>.driver`. */
  readonly drivers: readonly string[];
  /** Command of each of them. */
  readonly commands: ReadonlyMap<string, string>;
  /** `pull.twohead`, where it names another strategy than git's usual one; null: it does not. */
  readonly strategy: string | null;
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
const sections = /^((core|merge|diff|filter|attr|extensions|submodule)\.|pull\.twohead$)/;

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
    const programs = await stateOf(programsOf(entries));
    const others = { history: history.signature, programs: programs.signature };
    const rules = await rulesOf(entries, attributeFilesOf(entries, this.commonDir), others);
    // A file that changed since may have been read before or after.
    this.#known = changed < began ? { rules, watched, signature } : null;
    return rules;
  }

  #watched(entries: readonly ConfigEntry[]): string[] {
    const { env } = process;
    const home = env.HOME ?? homedir();
    const ofFiles = entries.flatMap(({ origin }) =>
      origin.startsWith('file:') ? [path.resolve(this.commonDir, origin.slice('file:'.length))] : [],
    );
    const included = entries.flatMap(({ key, value, origin }) =>
      /^include(if\..*)?\.path$/s.test(key) ? [includedPath(value, origin, this.commonDir, home)] : [],
    );
    const attributes = attributeFilesOf(entries, this.commonDir);
    const others = [...attributes, ...historyFilesOf(this.commonDir), ...programsOf(entries)];
    return [...new Set([...configFiles(this.commonDir), ...ofFiles, ...included, ...others])].sort();
  }
}

async function rulesOf(
  entries: readonly ConfigEntry[],
  attributeFiles: readonly string[],
  { history, programs }: { readonly history: string; readonly programs: string },
): Promise<MergeRules> {
  const commands = new Map<string, string>();
  const filters = new Set<string>();
  const hash = createHash('sha256').update(history).update(programs);
  for (const { key, value } of entries) {
    const driver = /^merge\.(.+)\.driver$/s.exec(key)?.[1];
    if (driver !== undefined) commands.set(driver, value);
    const filter = /^filter\.(.+)\.[a-z]+$/s.exec(key)?.[1];
    if (filter !== undefined) filters.add(filter);
    if (sections.test(key)) hash.update(`${key}\n${value}\0`);
  }
  for (const file of attributeFiles) hash.update(await readFile(file).catch(() => '')).update('\0');
  return {
    drivers: [...commands.keys()],
    commands,
    strategy: strategyOf(entries),
    filters: [...filters],
    key: hash.digest('hex').slice(0, 32),
  };
}

/** `git merge` takes it for the strategy; of those only `ort` is what merging in memory does. */
function strategyOf(entries: readonly ConfigEntry[]): string | null {
  const strategies = entries.filter(({ key }) => key === 'pull.twohead').map(({ value }) => value.trim());
  return strategies.every((strategy) => strategy === '' || strategy === 'ort') ? null : 'pull.twohead';
}

/** Files that the commands of drivers and filters name, there or not: what is in them decides as much as the command. */
function programsOf(entries: readonly ConfigEntry[]): string[] {
  const home = process.env.HOME ?? homedir();
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return entries.flatMap(({ key, value }) => {
    if (!/^(merge\..+\.driver|filter\..+\.(clean|smudge|process))$/s.test(key)) return [];
    const words = value.split(/[\s'"`;|&()<>=]+/).filter((word) => word !== '');
    const [first = ''] = words;
    const named = words.map((word) => expanded(word, home)).filter((word) => path.isAbsolute(word));
    return [...named, ...(/[/\\]/.test(first) ? [] : folders.map((folder) => path.join(folder, first)))];
  });
}

/** Attributes that come from no tree (gitattributes(5)): of the user, of the system, of the repository. */
function attributeFilesOf(entries: readonly ConfigEntry[], commonDir: string): string[] {
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
