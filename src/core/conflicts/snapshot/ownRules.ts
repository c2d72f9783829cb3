import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../../git/git';
import { readTrimmed } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import { type ConfigEntry, configFiles, parseEntries, stateOf } from '../merge/config';
import type { SideWorktree } from '../side';

/**
 * Settings by which one worktree may merge otherwise than the others (git-config(1)): conditions on its folder or
 * branch, a configuration of its own, options of its branch, attributes named by a path relative to it.
 */
const suspicious = /include|worktreeconfig|mergeoptions|attributesfile/i;

/** Settings that a merge reads and that can make another result of it. */
const decisive =
  /^(merge\.(?!tool$|guitool$|log$|stat$|ff$|verbosity$|autostash$|verifysignatures$|branchdesc$|suppressdest$|conflictstyle$)|diff\.rename|filter\.|attr\.|core\.(attributesfile|autocrlf|eol|bigfilethreshold|ignorecase|precomposeunicode)$)/;

/** Another strategy, or options of one: in memory only the usual merge can be made. */
const strategic = /(^|\s)(-s|--strategy|-X|--strategy-option)/;

interface Known {
  readonly signature: string;
  readonly files: readonly string[];
  readonly answer: string | null;
}

/** Whether merging in a worktree goes by other rules than merging in the repository does. */
export class OwnRules {
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
  ) {}

  /**
   * Without a process where no file of the configuration holds anything of the kind, or none has changed.
   * @returns the first setting that differs; null: none
   * @throws GitError
   */
  async of(worktree: SideWorktree, signal?: AbortSignal): Promise<string | null> {
    const { commonDir } = this.layout;
    const { gitDir } = worktree;
    const known = this.#known.get(gitDir);
    if (known !== undefined && (await stateOf(known.files)).signature === known.signature) return known.answer;
    const own = [path.join(gitDir, 'config.worktree'), path.join(gitDir, 'HEAD')];
    const files = [...new Set([...configFiles(commonDir), ...own])];
    const { signature } = await stateOf(files);
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    if (!texts.some((text) => suspicious.test(text))) {
      this.#known.set(gitDir, { signature, files, answer: null });
      return null;
    }
    const [entries, usual] = await Promise.all([this.#read(gitDir, signal), this.#read(commonDir, signal)]);
    const included = [...entries, ...usual].flatMap(({ origin }) =>
      origin.startsWith('file:') ? [path.resolve(gitDir, origin.slice('file:'.length))] : [],
    );
    const all = [...new Set([...files, ...included])];
    const after = await stateOf(all);
    const answer =
      differing(entries, usual) ?? (await this.#ofBranch(gitDir, entries)) ?? (await relative(worktree, entries));
    this.#known.set(gitDir, { signature: after.signature, files: all, answer });
    return answer;
  }

  async #read(gitDir: string, signal: AbortSignal | undefined): Promise<ConfigEntry[]> {
    const args = [`--git-dir=${gitDir}`, 'config', '--list', '--includes', '--show-origin', '-z'];
    const { stdoutBytes } = await this.git.run(args, { cwd: gitDir, signal });
    return parseEntries(stdoutBytes.toString('utf8'));
  }

  async #ofBranch(gitDir: string, entries: readonly ConfigEntry[]): Promise<string | null> {
    const branch = /^ref: *refs\/heads\/(.+)$/.exec((await readTrimmed(path.join(gitDir, 'HEAD'))) ?? '')?.[1];
    const key = `branch.${branch}.mergeoptions`;
    return entries.some((entry) => entry.key === key && strategic.test(entry.value)) ? key : null;
  }
}

/** The first decisive setting of which two configurations say different things. */
function differing(own: readonly ConfigEntry[], usual: readonly ConfigEntry[]): string | null {
  const [mine, theirs] = [own, usual].map(decisiveOf);
  for (const key of new Set([...(mine?.keys() ?? []), ...(theirs?.keys() ?? [])])) {
    if (mine?.get(key) !== theirs?.get(key)) return key;
  }
  return null;
}

function decisiveOf(entries: readonly ConfigEntry[]): ReadonlyMap<string, string> {
  return new Map(entries.filter(({ key }) => decisive.test(key)).map(({ key, value }) => [key, value]));
}

/** git opens such a file from the top of the worktree it stands in. */
async function relative({ path: top }: SideWorktree, entries: readonly ConfigEntry[]): Promise<string | null> {
  const file = entries.findLast(({ key }) => key === 'core.attributesfile')?.value;
  if (file === undefined || file === '' || path.isAbsolute(file) || /^(~|%\()/.test(file)) return null;
  const isThere = await access(path.join(top, file)).then(
    () => true,
    () => false,
  );
  return isThere ? 'core.attributesfile' : null;
}
