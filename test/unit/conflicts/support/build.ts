import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BytePath, bytePath } from '../../../../src/core/git/bytePath';
import { Hands } from './hands';
import { attributeLines, drivers } from './names';
import { apply, type Change, withFile } from './operations';
import { nth } from './random';

/** What is done with git in a working folder. */
export type GitAct =
  /** Where a side begins: a commit of main, another side, or nothing at all. */
  | { readonly do: 'start'; from: number | 'orphan'; back: number }
  | { readonly do: 'commit' }
  | { readonly do: 'merge'; with: number; back: number }
  | { readonly do: 'stage'; file: number | 'all' }
  | { readonly do: 'unstage'; file: number }
  | { readonly do: 'intend'; file: number }
  | { readonly do: 'untrack'; file: number }
  | { readonly do: 'blind'; file: number; bit: '--assume-unchanged' | '--skip-worktree' }
  | { readonly do: 'submodule'; path: number; commit: number }
  | { readonly do: 'populate'; path: number; commit: number }
  /** The rules change: a line of the configuration, or the attribute lines that belong to no branch. */
  | { readonly do: 'configure'; key: string; value: string }
  | { readonly do: 'rules'; file: 'info/attributes' | 'attributes-of-the-user'; lines: readonly number[] }
  /** Leaves a merge in progress. */
  | { readonly do: 'stop'; with: number };

export interface Step {
  /** 0 is the main worktree. */
  readonly side: number;
  readonly act: Change | GitAct;
}

export type Place = 'linked' | 'inside main' | 'detached' | 'no worktree';

/** A repository as data. Any part of its lists may be left out. */
export interface Recipe {
  readonly config: readonly (readonly [string, string])[];
  /** Lines of `info/attributes` and of `core.attributesFile`, by number. */
  readonly info: readonly number[];
  readonly attributesFile: readonly number[];
  /** Whether the submodule's repository is there. */
  readonly modules: boolean;
  /** By side; the first is the main worktree's, which it cannot change. */
  readonly places: readonly Place[];
  /** What is committed, then what is not, then what happens after a first look. */
  readonly steps: readonly Step[];
  readonly dirt: readonly Step[];
  readonly later: readonly Step[];
}

export interface BuiltSide {
  readonly ref: string;
  readonly branch: string;
  /** Absolute; null: only a branch. */
  readonly worktree: string | null;
}

export const submodulePaths: readonly BytePath[] = ['libs/part', 'foo', 'src/lib/part'];

/** A repository made from a recipe, in `<top>/repo` and, for its linked worktrees, `<top>/w<n>`. */
export class Building {
  readonly root: string;
  readonly hands: Hands;
  readonly #folders = new Map<number, string>();

  private constructor(
    readonly top: string,
    readonly recipe: Recipe,
  ) {
    this.root = path.join(top, 'repo');
    this.hands = new Hands(top);
    this.#folders.set(0, this.root);
  }

  static async start(top: string, recipe: Recipe): Promise<Building> {
    mkdirSync(top, { recursive: true });
    const building = new Building(top, recipe);
    await building.#init();
    await building.#all(recipe.steps);
    await building.#settle();
    await building.#all(recipe.dirt);
    return building;
  }

  /** What happens after a first look. */
  change(): Promise<void> {
    return this.#all(this.recipe.later);
  }

  get sides(): BuiltSide[] {
    return [...this.#folders].map(([side, folder]) => {
      const place = this.#place(side);
      const ref = place === 'detached' ? `worktree:w${side}` : branchOf(side);
      return { ref, branch: branchOf(side), worktree: place === 'no worktree' ? null : folder };
    });
  }

  #place(side: number): Place {
    return side === 0 ? 'linked' : (this.recipe.places[side] ?? 'linked');
  }

  async #init(): Promise<void> {
    const { hands, root, recipe } = this;
    await hands.git(this.top, ['init', '-q', '-b', 'main', 'repo']);
    const git = path.join(root, '.git');
    if (recipe.modules) {
      for (const name of submodulePaths.keys()) {
        hands.bring(await moduleTemplate(), root, `.git/modules/part-${name}`, 'cp -a "$MODULE"');
      }
    }
    // Written, not set one by one: a process each.
    const lines = [
      ...Object.entries(drivers).map(([name, command]) => ['merge', name, 'driver', command] as const),
      ['filter', 'loud', 'clean', 'tr a-z A-Z'] as const,
    ].map(([section, name, key, value]) => `[${section} "${name}"]\n\t${key} = ${quotedValue(value)}\n`);
    for (const [key, value] of recipe.config) lines.push(setting(key, value));
    const ofUser = '.git/attributes-of-the-user';
    lines.push(setting('core.attributesFile', path.join(root, ofUser)));
    if (recipe.attributesFile.length > 0) hands.write(root, ofUser, attributesText(recipe.attributesFile));
    hands.write(root, '.git/config', readFileSync(path.join(git, 'config'), 'latin1') + lines.join(''));
    if (recipe.info.length > 0) hands.write(root, '.git/info/attributes', attributesText(recipe.info));
    await hands.git(root, ['commit', '-q', '--allow-empty', '-m', 'nothing yet']);
  }

  async #all(steps: readonly Step[]): Promise<void> {
    for (const { side, act } of steps) {
      if (act.do === 'start') await this.#begin(side, act.from, act.back);
      else await this.#do(side, act);
    }
  }

  /** Worktrees that only served to make a branch go; others leave theirs. */
  async #settle(): Promise<void> {
    for (const [side, folder] of this.#folders) {
      const place = this.#place(side);
      if (side > 0 && place === 'no worktree')
        await this.hands.git(this.root, ['worktree', 'remove', '--force', folder]);
      if (place === 'detached') await this.hands.git(folder, ['checkout', '-q', '--detach']);
    }
  }

  async #begin(side: number, from: number | 'orphan', back: number): Promise<string> {
    const known = this.#folders.get(side);
    if (known !== undefined) return known;
    const inside = this.#place(side) === 'inside main';
    const folder = inside ? path.join(this.root, '.inside', `w${side}`) : path.join(this.top, `w${side}`);
    this.#folders.set(side, folder);
    const { hands, root } = this;
    if (from === 'orphan') {
      await hands.git(root, ['worktree', 'add', '-q', '--detach', folder, 'main']);
      await hands.git(folder, ['checkout', '-q', '--orphan', branchOf(side)]);
      await hands.git(folder, ['rm', '-rfq', '--ignore-unmatch', '.']);
      return folder;
    }
    const add = ['worktree', 'add', '-q', '-b', branchOf(side), folder];
    const { exit } = await hands.git(root, [...add, `${branchOf(from)}~${back}`]);
    if (exit !== 0) await hands.git(root, [...add, 'main']);
    return folder;
  }

  async #do(side: number, act: Step['act']): Promise<void> {
    const folder = this.#folders.get(side) ?? (await this.#begin(side, 0, 0));
    if (!existsSync(folder)) return;
    const { hands } = this;
    const named = async (n: number, ...args: string[]) => {
      const chosen: BytePath[] = [];
      withFile(hands, folder, n, (file) => chosen.push(file));
      const z = chosen.map((file) => `${file}\0`).join('');
      const [command = '', ...rest] = args;
      if (command === 'update-index') await hands.git(folder, [command, ...rest, '-z', '--stdin'], z);
      else {
        const literal = ['--literal-pathspecs', command, ...rest, '--pathspec-from-file=-', '--pathspec-file-nul'];
        if (z !== '') await hands.git(folder, literal, z);
      }
    };
    if (act.do === 'commit') {
      await hands.git(folder, stageAll);
      await hands.git(folder, ['commit', '-q', '-m', 'commit']);
    } else if (act.do === 'configure') {
      const config = hands.read(this.root, '.git/config');
      hands.write(this.root, '.git/config', config + setting(act.key, act.value));
    } else if (act.do === 'rules') hands.write(this.root, `.git/${act.file}`, attributesText(act.lines));
    else if (act.do === 'merge') await this.#merge(folder, `${branchOf(act.with)}~${act.back}`);
    else if (act.do === 'stage' && act.file === 'all') await hands.git(folder, stageAll);
    else if (act.do === 'stage') await named(Number(act.file), 'add', '-f');
    else if (act.do === 'unstage') await named(act.file, 'reset', '-q');
    else if (act.do === 'intend') await named(act.file, 'add', '-N');
    else if (act.do === 'untrack') await named(act.file, 'rm', '-q', '--cached');
    else if (act.do === 'blind') await named(act.file, 'update-index', act.bit);
    else if (act.do === 'submodule')
      await this.#submodule(folder, nth(submodulePaths, act.path), nth(await moduleCommits(), act.commit));
    else if (act.do === 'populate')
      await this.#populate(folder, nth(submodulePaths, act.path), nth(await moduleCommits(), act.commit));
    else if (act.do === 'stop') await hands.git(folder, ['merge', '-q', '--no-commit', '--no-ff', branchOf(act.with)]);
    else if (act.do !== 'start') apply(hands, folder, act);
  }

  /** Whatever git cannot merge is committed with its markers, as careless people do. */
  async #merge(folder: string, what: string): Promise<void> {
    const { exit } = await this.hands.git(folder, ['merge', '-q', '--no-edit', what]);
    if (exit === 0) return;
    const { exit: staged } = await this.hands.git(folder, stageAll);
    const { exit: committed } = await this.hands.git(folder, ['commit', '-q', '-m', 'merge']);
    if (staged !== 0 || committed !== 0) await this.hands.git(folder, ['reset', '-q', '--hard']);
  }

  async #submodule(folder: string, at: BytePath, commit: string): Promise<void> {
    const { hands } = this;
    if (!hands.isFolder(folder, at) || hands.files(folder).some((file) => file.startsWith(`${at}/`))) {
      hands.remove(folder, at);
    }
    hands.makeFolder(folder, at);
    // Always the same, so that it never conflicts itself.
    const sections = submodulePaths.map((name, n) => `[submodule "part-${n}"]\n\tpath = ${name}\n\turl = ./part\n`);
    hands.write(folder, '.gitmodules', sections.join(''));
    await hands.git(folder, ['update-index', '--add', '--replace', '--cacheinfo', `160000,${commit},${at}`]);
  }

  /** A checkout of the submodule; it is empty, as all its commits are. */
  async #populate(folder: string, at: BytePath, commit: string): Promise<void> {
    const { hands } = this;
    if (!hands.isFolder(folder, at) || hands.files(folder).some((file) => file.startsWith(`${at}/`))) return;
    if (!hands.has(folder, `${at}/.git`)) {
      hands.bring(await moduleTemplate(), folder, `${at}/.git`, 'cp -a "$MODULE"');
    }
    hands.write(folder, `${at}/.git/HEAD`, `${commit}\n`);
  }
}

export const stageAll = ['add', '-A', '--', '.', ':(exclude).inside'];

/** Some sort before `main`, some behind. */
export function branchOf(side: number): string {
  return side === 0 ? 'main' : side % 2 === 0 ? `agent/${side}` : `work-${side}`;
}

function attributesText(numbers: readonly number[]): string {
  return numbers.map((n) => `${nth(attributeLines, n)}\n`).join('');
}

/** @param key `section.variable` or `section.sub.section.variable` */
function setting(key: string, value: string): string {
  const dot = key.lastIndexOf('.');
  const [section = '', ...sub] = key.slice(0, dot).split('.');
  const head = sub.length === 0 ? section : `${section} "${sub.join('.')}"`;
  return `[${head}]\n\t${key.slice(dot + 1)} = ${quotedValue(value)}\n`;
}

function quotedValue(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

let template: Promise<{ dir: string; commits: string[] }> | undefined;

/** Commits of the submodule: one after another, one beside them, their merge, and one that nobody has. */
async function moduleCommits(): Promise<string[]> {
  template ??= makeTemplate();
  return (await template).commits;
}

/** A git directory that holds them. */
export async function moduleTemplate(): Promise<string> {
  template ??= makeTemplate();
  return (await template).dir;
}

async function makeTemplate(): Promise<{ dir: string; commits: string[] }> {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const top = mkdtempSync(path.join(tmpdir(), 'switchyard-module-'));
  process.once('exit', () => rmSync(top, { recursive: true, force: true }));
  const hands = new Hands(top);
  await hands.git(top, ['init', '-q', '-b', 'main', 'part']);
  const part = path.join(top, 'part');
  const tree = (await hands.git(part, ['hash-object', '-w', '-t', 'tree', '--stdin'], '')).stdout.trim();
  const commit = async (text: string, ...parents: string[]) => {
    const args = ['commit-tree', tree, '-m', text, ...parents.flatMap((parent) => ['-p', parent])];
    return (await hands.git(part, args)).stdout.trim();
  };
  const first = await commit('first');
  const second = await commit('second', first);
  const third = await commit('third', second);
  const beside = await commit('beside', first);
  const merged = await commit('merged', third, beside);
  const commits = [first, second, third, beside, merged];
  writeFileSync(path.join(part, '.git', 'HEAD'), `${first}\n`);
  // Reachable, so that nothing drops them.
  for (const [n, id] of commits.entries()) writeFileSync(path.join(part, '.git', 'refs', 'heads', `c${n}`), `${id}\n`);
  return {
    dir: path.join(part, '.git'),
    commits: [...commits, Buffer.from(bytePath('missing submodule c')).toString('hex').padEnd(40, '0').slice(0, 40)],
  };
}
