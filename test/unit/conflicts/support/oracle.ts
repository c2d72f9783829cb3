import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { UnknownReason, Verdict } from '../../../../src/contract/conflicts';
import type { BytePath } from '../../../../src/core/git/bytePath';
import { type BuiltSide, stageAll, submodulePaths } from './build';
import { gitIn, type Ran } from './hands';

/** What a cell must say. */
export interface Truth {
  readonly verdict: Verdict;
  /** One of these where `unknown`. */
  readonly reasons: readonly UnknownReason[];
  readonly direction: 'a-into-b' | 'b-into-a' | null;
  /** Paths that git leaves unmerged, in every direction that conflicts. */
  readonly files: ReadonlySet<BytePath>;
  /** Those that are untracked on both sides. */
  readonly untracked: ReadonlySet<BytePath>;
  /** A custom merge driver ran. */
  readonly driver: boolean;
  /** What git said, for people. */
  readonly said: string;
  /** As true as this one: see `State.also`. */
  readonly others: readonly Truth[];
}

/** The working state of a side, committed. */
export interface State {
  readonly commit: string | null;
  /**
   * What else it may be. Where attributes (filters, line ends) want another content than what is committed, git sees a
   * change only when it happens to read the file anew, which a copy makes it do and the original may not.
   */
  readonly also: string | null;
  readonly unknown: readonly UnknownReason[];
  readonly untracked: ReadonlySet<BytePath>;
  /** What lies in the worktree and is in no commit: ignored, or git was told not to look. A folder ends in `/`. */
  readonly beside: readonly BytePath[];
}

/** One real merge. */
interface Way {
  readonly result: 'clean' | 'conflict' | 'unrelated' | 'no submodule' | 'failed';
  readonly files: readonly BytePath[];
  /** Paths it wrote or deleted. */
  readonly wrote: readonly BytePath[];
  /** Conflicts besides those of submodules that are missing. */
  readonly others: boolean;
  readonly driver: boolean;
  readonly said: string;
}

/** Real merges in a full copy of a repository with its worktrees. */
export class Oracle {
  /** @param states by the name of the side */
  constructor(
    private readonly place: MergePlace,
    private readonly states: ReadonlyMap<string, State>,
  ) {}

  /** @param top folder with `repo` and its worktrees, left alone. @param copy where the copy goes, not there yet */
  static async open(top: string, copy: string, sides: readonly BuiltSide[]): Promise<Oracle> {
    execFileSync('cp', ['-a', top, copy]);
    const git = path.join(copy, 'repo', '.git');
    relink(git, top, copy);
    const states = new Map<string, State>();
    for (const side of sides) {
      const at = side.worktree === null ? null : path.join(copy, path.relative(top, side.worktree));
      states.set(
        side.ref,
        at === null ? await branchState(git, side.branch) : await workingState(at, side.worktree ?? at, git),
      );
    }
    const worktrees = sides.flatMap((side) => side.worktree ?? []);
    const merges = path.join(copy, 'merges');
    mkdirSync(merges);
    renameSync(git, path.join(merges, '.git'));
    return new Oracle(new MergePlace(merges, clonesOf(path.join(top, 'repo', '.git'), worktrees)), states);
  }

  /** @param pairs names of sides, `a` before `b`. @returns by `a b` */
  async pairs(pairs: readonly (readonly [string, string])[]): Promise<Map<string, Truth>> {
    const ways = new Map<string, Way>();
    const wanted = pairs.flatMap(([a, b]) => [
      { into: b, from: a },
      { into: a, from: b },
    ]);
    const merge = async (ours: string | null | undefined, theirs: string | null | undefined) => {
      if (ours == null || theirs == null || ways.has(`${theirs}\0${ours}`)) return;
      ways.set(`${theirs}\0${ours}`, await this.place.merge(ours, theirs));
    };
    for (const { into, from } of wanted) {
      for (const ours of this.#commits(into)) for (const theirs of this.#commits(from)) await merge(ours, theirs);
    }
    return new Map(
      pairs.map(([a, b]) => {
        const all = this.#commits(a).flatMap((left) => this.#commits(b).map((right) => ({ left, right })));
        const [first, ...others] = all.map((commits) => this.#truth(a, b, commits, ways));
        if (first === undefined) throw new Error(`${a} has no state.`);
        return [
          `${a} ${b}`,
          { ...first, others: [...first.others, ...others, ...others.flatMap((each) => each.others)] },
        ];
      }),
    );
  }

  #commits(side: string): (string | null)[] {
    const state = this.states.get(side);
    return [state?.commit ?? null, ...(state?.also == null ? [] : [state.also])];
  }

  #truth(
    a: string,
    b: string,
    commits: { readonly left: string | null; readonly right: string | null },
    ways: ReadonlyMap<string, Way>,
  ): Truth {
    const there = ways.get(`${commits.left}\0${commits.right}`);
    const back = ways.get(`${commits.right}\0${commits.left}`);
    const nothing = {
      others: [],
      direction: null,
      files: new Set<BytePath>(),
      untracked: new Set<BytePath>(),
      driver: false,
    };
    const [left, right] = [this.states.get(a), this.states.get(b)];
    if (there === undefined || back === undefined) {
      const reasons = [...(left?.unknown ?? []), ...(right?.unknown ?? [])];
      return { ...nothing, verdict: 'unknown', reasons, said: 'A side is not known.' };
    }
    const said = `-- ${a} into ${b}: ${there.result}\n${there.said}\n-- ${b} into ${a}: ${back.result}\n${back.said}`;
    const both = [there, back];
    const unknown = (...reasons: UnknownReason[]): Truth => ({ ...nothing, verdict: 'unknown', reasons, said });
    if (both.some((way) => way.result === 'unrelated')) return unknown('unrelated histories');
    if (both.some((way) => way.result === 'no submodule')) {
      const missing = unknown('submodule commit missing');
      // What conflicts besides the submodule does so whatever is in it: then either may be said.
      if (!both.some((way) => way.result === 'conflict' || way.others)) return missing;
      const direction = there.result === 'clean' ? 'b-into-a' : back.result === 'clean' ? 'a-into-b' : null;
      return { ...missing, others: [this.#conflict(a, b, both, direction, said)] };
    }
    if (both.some((way) => way.result === 'failed')) return unknown('git failed', 'submodule commit missing');
    const driver = both.some((way) => way.driver);
    const conflicts = both.map((way) => way.result === 'conflict');
    if (!conflicts.includes(true)) {
      const clean: Truth = { ...nothing, verdict: 'clean', reasons: [], driver, said };
      const reasons = [...besides(right, there), ...besides(left, back)];
      return reasons.length === 0 ? clean : { ...clean, others: [unknown(...reasons)] };
    }
    const direction = conflicts[0] === conflicts[1] ? null : conflicts[0] ? 'a-into-b' : 'b-into-a';
    return this.#conflict(a, b, both, direction, said);
  }

  #conflict(a: string, b: string, ways: readonly Way[], direction: Truth['direction'], said: string): Truth {
    const untrackedIn = (side: string) => this.states.get(side)?.untracked;
    const files = new Set(ways.flatMap((way) => way.files));
    const untracked = [...files].filter((file) => untrackedIn(a)?.has(file) && untrackedIn(b)?.has(file));
    const driver = ways.some((way) => way.driver);
    const rest = { reasons: [], untracked: new Set(untracked), others: [] };
    return { verdict: 'conflict', direction, files, driver, said, ...rest };
  }
}

/** Why the worktree that was merged into may not take the result, though the commits merge: nobody copies those files. */
function besides(into: State | undefined, { wrote }: Way): UnknownReason[] {
  const { beside = [] } = into ?? {};
  const rules = beside.some((file) => file.endsWith('.gitattributes'));
  const hit = beside.some((file) => {
    const name = file.replace(/\/$/, '');
    return wrote.some((each) => each === name || each.startsWith(`${name}/`) || name.startsWith(`${each}/`));
  });
  return [...(rules ? ['own rules' as const] : []), ...(hit ? ['in the way' as const] : [])];
}

/** A clone with its own working folder, where commits are merged for real. */
export class MergePlace {
  readonly #drivers: string;

  /**
   * @param folder holds a `.git` of its own; everything else there may go
   * @param clones git directories of submodules by path: who merges has them checked out where there is one
   */
  constructor(
    private readonly folder: string,
    private readonly clones: ReadonlyMap<string, string> = new Map(),
  ) {
    const git = path.join(folder, '.git');
    rmSync(path.join(git, 'index'), { force: true });
    rmSync(path.join(git, 'worktrees'), { recursive: true, force: true });
    this.#drivers = path.join(folder, '..', 'drivers-that-ran');
  }

  async merge(ours: string, theirs: string): Promise<Way> {
    const failed = await this.#checkOut(ours);
    if (failed !== null) return { result: 'failed', files: [], wrote: [], others: false, driver: false, said: failed };
    rmSync(this.#drivers, { force: true });
    const merged = await this.#git('merge', '--no-commit', '--no-ff', '--no-edit', theirs);
    const said = `${merged.stdout}${merged.stderr}`;
    const driver = existsSync(this.#drivers);
    const unmerged = merged.exit === 0 ? [] : await this.#unmerged(ours, theirs);
    const inProgress = existsSync(path.join(this.folder, '.git', 'MERGE_HEAD'));
    const missing = new Set([...said.matchAll(/Failed to merge submodule (.*) \(/g)].map(([, at]) => at));
    const diff = await this.#git('diff', '--cached', '--name-only', '--no-renames', '-z', ours);
    const wrote = diff.stdout.split('\0').slice(0, -1);
    const way = { files: unmerged, wrote, others: unmerged.some((file) => !missing.has(file)), driver, said };
    if (merged.exit === 0) return { ...way, result: 'clean' };
    if (/refusing to merge unrelated histories/.test(said)) return { ...way, result: 'unrelated' };
    if (
      /Failed to merge submodule .* \((not checked out|commits not present|repository corrupt|not initialized)/s.test(
        said,
      )
    ) {
      return { ...way, result: 'no submodule' };
    }
    return { ...way, result: merged.exit === 1 && inProgress ? 'conflict' : 'failed' };
  }

  /**
   * Into an empty folder, with an index of its own, before each merge: an index that is written over another marks files
   * as young as that one which do not have the line ends that attributes want (read-cache.c,
   * `ce_smudge_racily_clean_entry`), and they count as changed ever after.
   */
  async #checkOut(commit: string): Promise<string | null> {
    for (const name of readdirSync(this.folder, { encoding: 'buffer' })) {
      if (name.toString() === '.git') continue;
      rmSync(Buffer.concat([Buffer.from(this.folder + path.sep), name]), { recursive: true, force: true });
    }
    rmSync(path.join(this.folder, '.git', 'index'), { force: true });
    const { exit, stderr } = await this.#git('checkout', '-q', '-f', '--detach', commit);
    if (exit !== 0) return stderr;
    await this.#checkOutSubmodules();
    this.#settle();
    return null;
  }

  async #checkOutSubmodules(): Promise<void> {
    if (this.clones.size === 0) return;
    const { stdout } = await this.#git('ls-files', '-s', '-z', '--', ...this.clones.keys());
    for (const [, commit = '', at = ''] of stdout.matchAll(/160000 (\S+) 0\t([^\0]+)\0/g)) {
      const clone = this.clones.get(at);
      if (clone === undefined) continue;
      const git = path.join(this.folder, at, '.git');
      cpSync(clone, git, { recursive: true });
      writeFileSync(path.join(git, 'HEAD'), `${commit}\n`);
    }
  }

  /**
   * Files whose line ends are not as the attributes want them count as changed whenever git compares contents, which it
   * does for those as young as the index. That is no conflict of the two sides, so none is as young.
   */
  #settle(): void {
    const future = Date.now() / 1000 + 3600;
    utimesSync(path.join(this.folder, '.git', 'index'), future, future);
  }

  async #unmerged(ours: string, theirs: string): Promise<BytePath[]> {
    const { stdout } = await this.#git('ls-files', '-u', '-z');
    const lines = stdout.split('\0').slice(0, -1);
    const names = new Set(lines.map((line) => line.slice(line.indexOf('\t') + 1)));
    if (![...names].some((name) => aside.test(name))) return [...names];
    // Unless a side has a file of that very name, as after a merge that was committed as it stood.
    const trees = [ours, theirs].map((side) => this.#git('ls-tree', '-r', '-z', '--name-only', '--full-tree', side));
    const known = new Set((await Promise.all(trees)).flatMap((tree) => tree.stdout.split('\0')));
    return [...new Set([...names].map((name) => (known.has(name) ? name : name.replace(aside, ''))))];
  }

  #git(...args: string[]): Promise<Ran> {
    return gitIn(this.folder, ['-c', 'submodule.recurse=false', ...args], { env: { FUZZ_DRIVERS: this.#drivers } });
  }
}

/** Of a file that had to make way for a folder git keeps `<name>~HEAD` or `<name>~<what was merged>`. */
const aside = /~(HEAD|[0-9a-f]{40})(_\d+)?$/;

/** Where anybody has a clone of a submodule: in the common directory, or in some checkout. */
function clonesOf(git: string, worktrees: readonly string[]): Map<string, string> {
  const clones = new Map<string, string>();
  for (const [n, at] of submodulePaths.entries()) {
    const candidates = [path.join(git, 'modules', `part-${n}`), ...worktrees.map((top) => path.join(top, at, '.git'))];
    const found = candidates.find((dir) => existsSync(path.join(dir, 'objects')));
    if (found !== undefined) clones.set(at, found);
  }
  return clones;
}

/** Linked worktrees and their administrative folders name each other by absolute paths. */
function relink(git: string, top: string, copy: string): void {
  const worktrees = path.join(git, 'worktrees');
  if (!existsSync(worktrees)) return;
  for (const id of readdirSync(worktrees)) {
    const file = path.join(worktrees, id, 'gitdir');
    const pointer = readFileSync(file, 'utf8').trim().replace(top, copy);
    writeFileSync(file, `${pointer}\n`);
    writeFileSync(pointer, `gitdir: ${path.join(worktrees, id)}\n`);
  }
}

async function branchState(git: string, branch: string): Promise<State> {
  const { exit, stdout } = await gitIn(git, ['rev-parse', '-q', '--verify', `refs/heads/${branch}`]);
  const untracked = new Set<BytePath>();
  if (exit !== 0) return { commit: null, also: null, unknown: ['no commit yet'], untracked, beside: [] };
  return { commit: stdout.trim(), also: null, unknown: [], untracked, beside: [] };
}

/** Commits everything, as `git add -A && git commit` does. */
async function workingState(at: string, original: string, git: string): Promise<State> {
  const [others, head, dir, ignored, flagged] = await Promise.all([
    gitIn(at, ['ls-files', '-o', '--exclude-standard', '-z']),
    gitIn(at, ['rev-parse', '-q', '--verify', 'HEAD']),
    gitIn(at, ['rev-parse', '--absolute-git-dir']),
    gitIn(at, ['ls-files', '-o', '-i', '--exclude-standard', '--directory', '-z']),
    gitIn(at, ['ls-files', '-v', '-z']),
  ]);
  const told = flagged.stdout.split('\0').filter((line) => /^[a-zS]/.test(line));
  const beside = [...ignored.stdout.split('\0').slice(0, -1), ...told.map((line) => line.slice(2))];
  const untracked = new Set(others.stdout.split('\0').slice(0, -1));
  const unknown = (...reasons: UnknownReason[]) => ({ commit: null, also: null, unknown: reasons, untracked, beside });
  if (head.exit !== 0) return unknown('no commit yet');
  const gitDir = dir.stdout.trim();
  const inPlace = await treeInPlace(original, gitDir, git);
  if (existsSync(path.join(gitDir, 'MERGE_HEAD'))) return unknown('operation in progress');
  const staged = await gitIn(at, stageAll);
  if (staged.exit !== 0 && !isNothingToStage(staged)) return unknown('git failed', 'file cannot be read');
  const committed = await gitIn(at, ['commit', '-q', '--no-verify', '-m', 'state']);
  if (committed.exit > 1) return unknown('git failed');
  const { stdout } = await gitIn(at, ['rev-parse', 'HEAD', 'HEAD^{tree}']);
  const [commit = '', tree] = stdout.split('\n');
  if (inPlace === tree) return { commit, also: null, unknown: [], untracked, beside };
  const also = await gitIn(at, ['commit-tree', inPlace, '-p', head.stdout.trim(), '-m', 'state in place']);
  return { commit, also: also.stdout.trim(), unknown: [], untracked, beside };
}

/** Where every file is marked to be passed over (`update-index --skip-worktree`), git says so and exits with 1. */
function isNothingToStage({ stderr }: Ran): boolean {
  return stderr.includes('outside of your sparse-checkout');
}

/** What `git add -A` makes of the original, with a copy of its index; objects go to the copied repository. */
async function treeInPlace(original: string, copiedGitDir: string, git: string): Promise<string> {
  const index = path.join(copiedGitDir, 'index-in-place');
  if (existsSync(path.join(copiedGitDir, 'index'))) execFileSync('cp', ['-a', path.join(copiedGitDir, 'index'), index]);
  const env = { GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: path.join(git, 'objects'), GIT_OPTIONAL_LOCKS: '0' };
  await gitIn(original, ['-c', 'core.splitIndex=false', ...stageAll], { env });
  // A split index would put its shared part beside the original's.
  return (await gitIn(original, ['-c', 'core.splitIndex=false', 'write-tree'], { env })).stdout.trim();
}
