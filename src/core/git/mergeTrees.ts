import { mkdir, rm, writeFile } from 'node:fs/promises';
import { type BytePath, onDisk, parentOf, splitPaths } from './bytePath';
import type { Git, GitResult, GitRunOptions } from './git';
import { parseBatch, rawCommitText } from './rawCommit';
import type { GitPlace } from './treeDiff';

export type MergedTree =
  | { readonly clean: true; readonly tree: string }
  /** `files` may be empty: some conflicts between renamed folders name none. */
  | { readonly clean: false; readonly files: readonly BytePath[] };

/**
 * Merges in memory, as `git merge` would where `ours` is checked out. It runs in a folder that holds nothing but the
 * `.gitattributes` of `ours`, because a merge takes its attributes from the working folder.
 */
export class TreeMerger {
  readonly #place: GitPlace;

  /**
   * @param gitDir of the worktree, so that its own configuration holds
   * @param env where objects go
   * @param folder absolute, of our own: attributes are laid out here
   */
  constructor(
    private readonly git: Git,
    gitDir: string,
    env: Readonly<Record<string, string>>,
    private readonly folder: string,
  ) {
    const own = { GIT_WORK_TREE: folder, GIT_INDEX_FILE: `${folder}.no-index` };
    this.#place = { cwd: folder, args: [`--git-dir=${gitDir}`], env: { ...env, ...own } };
  }

  /** Lays out the attributes of a tree in place of those before. @throws GitError */
  async useAttributesOf(tree: string): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
    const listed = await this.#run(['ls-tree', '-r', '-z', '--full-tree', tree]);
    const files = splitPaths(listed.stdoutBytes).flatMap((line) => {
      const [mode, , id] = line.slice(0, line.indexOf('\t')).split(' ');
      const path = line.slice(line.indexOf('\t') + 1);
      const named = path === '.gitattributes' || path.endsWith('/.gitattributes');
      // A link is no attribute file for git either (gitattributes(5), "NOTES").
      return named && id !== undefined && mode?.startsWith('100') ? [{ path, id }] : [];
    });
    if (files.length === 0) return;
    const input = files.map(({ id }) => `${id}\n`).join('');
    const blobs = parseBatch((await this.#run(['cat-file', '--batch'], { input })).stdoutBytes);
    for (const { path, id } of files) {
      await mkdir(onDisk(this.folder, parentOf(path)), { recursive: true });
      await writeFile(onDisk(this.folder, path), blobs.get(id) ?? '');
    }
  }

  /** Merges what `base` → `theirs` changed into `ours`; all trees. @throws GitError */
  async trees(base: string, ours: string, theirs: string): Promise<MergedTree> {
    if (base === theirs || ours === theirs) return { clean: true, tree: ours };
    if (base === ours) return { clean: true, tree: theirs };
    // merge-tree of git 2.39 takes commits only and finds the base itself: three that stand in the right relation.
    const root = await this.#commit(base, []);
    const [a, b] = await Promise.all([this.#commit(ours, [root]), this.#commit(theirs, [root])]);
    return this.commits(a, b);
  }

  /** Merges two commits on their own merge base. @throws GitError */
  async commits(ours: string, theirs: string): Promise<MergedTree> {
    const options = ['--write-tree', '-z', '--name-only', '--no-messages', '--allow-unrelated-histories'];
    const result = await this.#run(['merge-tree', ...options, ours, theirs], { okExitCodes: [0, 1] });
    const [tree = '', ...files] = splitPaths(result.stdoutBytes);
    // The exit code decides: a conflict need not name a file.
    return result.exitCode === 0 ? { clean: true, tree } : { clean: false, files: files.filter((file) => file !== '') };
  }

  /**
   * Git's whole answer about two commits, for who wants to know more than the verdict: tree, stages and messages
   * (git-merge-tree(1), "OUTPUT", with `-z`).
   * @throws GitError
   */
  async answer(ours: string, theirs: string, signal?: AbortSignal): Promise<Buffer> {
    const options = ['--write-tree', '-z', '--messages', '--allow-unrelated-histories'];
    return (await this.#run(['merge-tree', ...options, ours, theirs], { okExitCodes: [0, 1], signal })).stdoutBytes;
  }

  async #commit(tree: string, parents: readonly string[]): Promise<string> {
    const author = 'switchyard <switchyard> 0 +0000';
    const text = rawCommitText({ tree, parents, author, encoding: null, message: '\n' }, author);
    return (await this.#run(['hash-object', '-t', 'commit', '-w', '--stdin'], { input: text })).stdout.trim();
  }

  #run(args: readonly string[], o: Pick<GitRunOptions, 'input' | 'okExitCodes' | 'signal'> = {}): Promise<GitResult> {
    const { cwd, env } = this.#place;
    return this.git.run([...this.#place.args, ...args], { cwd, env: { ...env }, ...o });
  }
}
