import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { ScratchPlace } from '../../../../src/core/conflicts/parts';
import { committedSnapshot, type Side } from '../../../../src/core/conflicts/side';
import type { Git } from '../../../../src/core/git/git';
import { findRepository, type RepositoryLayout } from '../../../../src/core/git/repository';
import { openScratchObjects } from '../../../../src/core/git/scratchObjects';
import { openGit, runGit, testEnvironment } from '../../support/repositories';

/** A repository with a scratch store beside it. */
export interface Opened {
  readonly root: string;
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly at: ScratchPlace;
}

export async function open(root: string): Promise<Opened> {
  const git = openGit();
  const layout = await findRepository(git, root);
  const { dir, env } = await openScratchObjects(layout.commonDir, `${root}.scratch`);
  return { root, git, layout, at: { dir, generation: 'test', env } };
}

/** A commit as a side. */
export async function sideOf(root: string, ref: string, commit = ref): Promise<Side> {
  const [id = '', tree = ''] = (await runGit(root, 'rev-parse', commit, `${commit}^{tree}`)).split('\n');
  return { ref, snapshot: committedSnapshot({ commit: id, tree }, '2026-01-01T00:00:00.000Z') };
}

/** Commits as sides, each under the name it is asked by. */
export async function sidesOf(root: string, refs: readonly string[]): Promise<Side[]> {
  const ids = (await runGit(root, 'rev-parse', ...refs.flatMap((ref) => [ref, `${ref}^{tree}`]))).split('\n');
  return refs.map((ref, index) => {
    const [commit = '', tree = ''] = ids.slice(2 * index);
    return { ref, snapshot: committedSnapshot({ commit, tree }, '2026-01-01T00:00:00.000Z') };
  });
}

/** Files by path; a text's lines are what merges are about. */
export type Files = ReadonlyMap<string, string>;

export interface Commit {
  readonly files: Files;
  /** Places in the list of commits. */
  readonly parents: readonly number[];
}

/** Makes a repository of whole trees with one process; each commit is the branch `c<place>`. */
export function importCommits(root: string, commits: readonly Commit[]): void {
  mkdirSync(root, { recursive: true });
  execFileSync('git', ['init', '-q'], { cwd: root, env: testEnvironment() });
  addCommits(root, commits);
}

/**
 * The same in a repository that is there.
 * @param name of the branch of a place
 * @returns their ids
 */
export function addCommits(
  root: string,
  commits: readonly Commit[],
  name = (place: number): string => `c${place}`,
): string[] {
  const out: string[] = [];
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  commits.forEach(({ files, parents }, place) => {
    const [first, ...others] = parents.map((parent) => `:${parent + 1}`);
    out.push(`commit refs/heads/${name(place)}\nmark :${place + 1}\n`);
    out.push(`committer T <t@example.com> ${1_700_000_000 + place} +0000\n${data(`c${place}`)}`);
    if (first !== undefined) out.push(`from ${first}\n`);
    for (const other of others) out.push(`merge ${other}\n`);
    out.push('deleteall\n');
    for (const [file, text] of files) out.push(`M 100644 inline ${file}\n${data(text)}`);
    out.push('\n');
  });
  for (const place of commits.keys()) out.push(`get-mark :${place + 1}\n`);
  // A pack of its own for few objects too: else another process unpacks it.
  const args = ['-c', 'fastimport.unpackLimit=1', 'fast-import', '--quiet'];
  const told = execFileSync('git', args, { cwd: root, env: testEnvironment(), input: out.join('') });
  return told.toString().trimEnd().split('\n');
}

/** What `git merge` itself does, one after the other, in a working folder. */
export function mergeForReal(root: string, base: string, refs: readonly string[]): { clean: boolean[]; tree: string } {
  const run = (...args: string[]) => spawnSync('git', args, { cwd: root, env: testEnvironment(), encoding: 'utf8' });
  run('checkout', '-q', '-f', '--detach', base);
  run('clean', '-fdxq');
  const clean = refs.map((ref) => {
    const { status } = run('merge', '-q', '--no-edit', '--allow-unrelated-histories', ref);
    if (status === 0) return true;
    // A merge in which a folder's rename meets a file that became a folder may die of git's own check ("BUG:
    // merge-ort.c … nothing in basic working tree or index") and leave its lock.
    rmSync(path.join(root, '.git', 'index.lock'), { force: true });
    run('reset', '-q', '--hard');
    run('clean', '-fdxq');
    return false;
  });
  return { clean, tree: run('rev-parse', 'HEAD^{tree}').stdout.trim() };
}

const folders = ['', 'a/', 'b/', 'b/in/', 'c/'];
const names = ['one', 'two', 'three'];
const text = (name: string) => Array.from({ length: 9 }, (_, i) => `${name} line ${i}\n`).join('');

/** What the first commit holds: folders of few files, so that they are often moved whole. */
export const seedFiles: Files = new Map(
  folders.flatMap((folder) => names.slice(0, 2).map((name) => [folder + name, text(folder + name)] as const)),
);

type Change = (files: Map<string, string>) => void;
const pick = (files: ReadonlyMap<string, string>, n: number) =>
  [...files.keys()].sort()[n % Math.max(files.size, 1)] ?? '';
const move = (files: Map<string, string>, from: string, to: string) => {
  const content = files.get(from);
  if (content === undefined || isTaken(files, to)) return;
  files.delete(from);
  files.set(to, content);
};
const isTaken = (files: ReadonlyMap<string, string>, name: string) =>
  [...files.keys()].some((other) => other === name || other.startsWith(`${name}/`) || name.startsWith(`${other}/`));

/** What people do to files. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(30), fc.nat(8), fc.nat(2)).map(
      ([n, line, word]): Change =>
        (files) => {
          const name = pick(files, n);
          const lines = (files.get(name) ?? '').split('\n');
          lines[line % lines.length] = `changed ${word}`;
          if (name !== '') files.set(name, lines.join('\n'));
        },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...folders, 'd/'), fc.nat(3)).map(
      ([folder, n]): Change =>
        (files) => {
          const name = `${folder}new${n}`;
          if (!isTaken(files, name)) files.set(name, text(`new ${n}`));
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(30).map(
      (n): Change =>
        (files) =>
          void files.delete(pick(files, n)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(30), fc.constantFrom(...folders, 'e/')).map(
      ([n, to]): Change =>
        (files) => {
          const name = pick(files, n);
          move(files, name, to + (name.split('/').at(-1) ?? ''));
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('a/', 'b/', 'b/in/', 'c/'), fc.constantFrom('e/', 'f/', 'a/sub/')).map(
      ([from, to]): Change =>
        (files) => {
          for (const name of [...files.keys()])
            if (name.startsWith(from)) move(files, name, to + name.slice(from.length));
        },
    ),
  },
  // A file becomes a folder.
  {
    weight: 1,
    arbitrary: fc.nat(30).map(
      (n): Change =>
        (files) => {
          const name = pick(files, n);
          files.delete(name);
          if (name !== '') files.set(`${name}/within`, text('within'));
        },
    ),
  },
  // Takes back whatever was done to a file.
  {
    weight: 2,
    arbitrary: fc.nat(30).map(
      (n): Change =>
        (files) => {
          const name = pick(seedFiles, n);
          const before = seedFiles.get(name);
          if (before !== undefined && !isTaken(new Map([...files].filter(([other]) => other !== name)), name))
            files.set(name, before);
        },
    ),
  },
);

export interface History {
  readonly commits: readonly Commit[];
  /** Place of the base's tip. */
  readonly base: number;
  /** Places of the branches' tips. */
  readonly tips: readonly number[];
}

/** A base of a few commits, and branches of it: from any place, on one another, some with the base merged in between. */
export function histories(branches: number): fc.Arbitrary<History> {
  const work = fc.array(change, { minLength: 1, maxLength: 3 });
  const branch = fc.record({
    from: fc.nat(40),
    stacked: fc.boolean(),
    twice: fc.boolean(),
    merges: fc.nat(9),
    work,
    more: work,
  });
  return fc
    .record({
      main: fc.array(work, { maxLength: 3 }),
      branches: fc.array(branch, { minLength: 4, maxLength: branches }),
    })
    .map((h) => {
      const commits: Commit[] = [{ files: seedFiles, parents: [] }];
      const commit = (parents: number[], changes: readonly Change[]) => {
        const files = new Map(commits[parents[0] ?? 0]?.files);
        for (const each of changes) each(files);
        return commits.push({ files, parents }) - 1;
      };
      let base = 0;
      for (const changes of h.main) base = commit([base], changes);
      const tips: number[] = [];
      for (const each of h.branches) {
        const below = each.stacked && each.from % 3 === 0 ? tips[each.from % Math.max(tips.length, 1)] : undefined;
        let tip = commit([below ?? each.from % (base + 1)], each.work);
        if (each.merges === 0) tip = commit([tip, base], each.more);
        else if (each.merges === 1 && tips[0] !== undefined) tip = commit([tip, tips[0]], each.more);
        else if (each.twice) tip = commit([tip], each.more);
        tips.push(tip);
      }
      return { commits, base, tips };
    });
}
