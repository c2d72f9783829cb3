import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BytePath } from '../../git/bytePath';
import { bytePath, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import type { ScratchPlace } from '../parts';
import { type AttributeFolders, placeIn } from './attributeFolders';
import type { AttributeSet } from './attributeSets';
import { type Answer, type BatchOptions, type MergeLine, mergeAll } from './batch';
import { layOutModules } from './modules';

/** Merges into one side that need more than its attribute files. */
export interface ApartGroup {
  readonly set: AttributeSet;
  /** All with the same `ours`. */
  readonly lines: readonly MergeLine[];
  /** Commands of the merge drivers that may start; none: the merges run in one process. */
  readonly commands: readonly string[];
  /** Submodules to look into. */
  readonly modules: readonly BytePath[];
  /** On top of the environment of the merges. */
  readonly env: Readonly<Record<string, string>>;
}

interface Deps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly folders: AttributeFolders;
}

/** So many merges whose driver hangs, and the rest of them is not waited for. */
const patience = 3;

/**
 * Merges in a new folder of their own, which is removed afterwards: drivers may write there. Each with a driver has its own process,
 * so that one that hangs takes no other along.
 * @throws GitError, or the file system's error
 */
export async function mergeApart(deps: Deps, at: ScratchPlace, group: ApartGroup, o: BatchOptions): Promise<Answer[]> {
  const parent = path.join(at.dir, 'apart');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const folder = await deps.folders.layOut(at, parent, group.set, o.signal);
  const place = placeIn(folder, deps.layout.commonDir, { ...at, env: { ...at.env, ...group.env } });
  try {
    const ours = group.lines[0]?.ours ?? '';
    if (await namesFilesOf(deps.git, place, ours, group.commands, o.signal)) {
      await checkOut(deps.git, place, ours, o.signal);
    }
    if (group.modules.length > 0) {
      const commits = group.lines.flatMap((line) => [line.ours, line.theirs]);
      await layOutModules(deps, place, folder, { paths: group.modules, commits, signal: o.signal });
    }
    if (group.commands.length === 0) return await mergeAll(deps.git, place, group.lines, o);
    return await oneByOne(deps.git, place, group.lines, o);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await rm(`${folder}.no-index`, { force: true });
  }
}

async function oneByOne(git: Git, place: GitPlace, lines: readonly MergeLine[], o: BatchOptions): Promise<Answer[]> {
  const answers: Answer[] = [];
  let timeouts = 0;
  for (const line of lines) {
    const late = answers.at(-1);
    if (timeouts >= patience && late !== undefined) {
      answers.push(late);
      continue;
    }
    const [answer] = await mergeAll(git, place, [line], o);
    if (answer === undefined) break;
    answers.push(answer);
    timeouts = answer.kind === 'failed' && answer.reason === 'timeout' ? timeouts + 1 : 0;
  }
  return answers;
}

/** Programs that read the project around them, whatever their arguments. */
const projectProgram = /^\s*(npx|npm|pnpm|yarn|bun|bunx|make|cargo|bundle|poetry|uv)\s/;

/**
 * Whether a driver's command needs the files of the checkout, as `driver = scripts/merge %O %A %B` does: a real merge
 * runs it at the top of one. It does where it names something that lies there.
 */
async function namesFilesOf(
  git: Git,
  place: GitPlace,
  commit: string,
  commands: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (commands.length === 0) return false;
  if (commands.some((command) => projectProgram.test(command))) return true;
  const args = ['ls-tree', '-z', '--name-only', '--full-tree', commit];
  const { stdoutBytes } = await git.run([...place.args, ...args], { cwd: place.cwd, env: { ...place.env }, signal });
  const text = bytePath(commands.join('\n'));
  return splitPaths(stdoutBytes).some((name) => {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const before = text.slice(0, at);
      const after = text[at + name.length] ?? ' ';
      if (/(^|[\s'"`=(;|&<>,]|PWD\/|PWD\}\/|\)\/)(\.\/)*$/.test(before) && /[/\s'"`;|&)<>,]/.test(after)) return true;
    }
    return false;
  });
}

async function checkOut(git: Git, place: GitPlace, commit: string, signal: AbortSignal | undefined): Promise<void> {
  const settings = ['core.sparseCheckout=false', 'core.fsmonitor=false', 'submodule.recurse=false'];
  const args = [...settings.flatMap((setting) => ['-c', setting]), 'read-tree', '--reset', '-u', commit];
  // Large files stay pointers: what is merged is what git stores.
  const env = { ...place.env, GIT_LFS_SKIP_SMUDGE: '1' };
  await git.run([...place.args, ...args], { cwd: place.cwd, env, signal, ownGroup: true });
}
