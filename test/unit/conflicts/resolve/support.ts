import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Cell, ResolutionType, Resolver } from '../../../../src/contract/conflicts';
import { stagesOf } from '../../../../src/core/conflicts/merge/fileStages';
import { createMerger } from '../../../../src/core/conflicts/merge/merger';
import {
  ResolutionCache,
  type ResolutionRequest,
  resolveFiles,
} from '../../../../src/core/conflicts/resolve/resolveFiles';
import type { Resolution } from '../../../../src/core/conflicts/resolve/table';
import { objectPlace } from '../../../../src/core/conflicts/sides/objects';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, testEnvironment, withTempDir } from '../../support/repositories';
import { type Files, importCommits, type Opened, open, sideOf, sidesOf } from '../train/support';

/** One file that two sides change: null where it is not there. */
export interface Case {
  readonly name: string;
  readonly path: string;
  readonly base: string | null;
  readonly a: string | null;
  readonly b: string | null;
  /** Default: what the table says of the type. */
  readonly who?: Resolver;
  /** Default: that of the list it is in. */
  readonly type?: ResolutionType | null;
}

/** A repository in which branches `c1` and `c2` left `c0`. */
export async function withCase<T>(each: Case, fn: (opened: Opened) => Promise<T>): Promise<T> {
  return withTempDir(async (dir) => {
    const root = path.join(dir, 'repo');
    importCommits(root, [
      { files: filesOf(each, each.base), parents: [] },
      { files: filesOf(each, each.a), parents: [0] },
      { files: filesOf(each, each.b), parents: [0] },
    ]);
    return fn(await open(root));
  }, memoryFolder());
}

function filesOf(each: Case, text: string | null): Files {
  return new Map([['README', 'Read me.\n'], ...(text === null ? [] : [[each.path, text] as const])]);
}

/** What `git merge` really leaves unmerged in the working folder. */
export function unmerged(root: string, ours: string, theirs: string): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, env: testEnvironment(), encoding: 'utf8' });
  git('checkout', '-q', '-f', '--detach', ours);
  git('merge', '-q', '--no-edit', theirs);
  const { stdout } = git('ls-files', '-z', '-u');
  return [...new Set(stdout.split('\0').flatMap((line) => line.split('\t')[1] ?? []))];
}

/** Of both branches of a case. */
export async function cellOf({ root, git, layout, at }: Opened): Promise<Cell> {
  const merger = createMerger({ git, layout, log: silentLog });
  const [cell] = await merger.pairs(at, [
    { a: await sideOf(root, 'c1'), b: await sideOf(root, 'c2'), crissCross: false },
  ]);
  assert.ok(cell);
  return cell;
}

/** What is said of all files of a cell, by path. */
export async function resolutionsOf(
  opened: Opened,
  cell: Cell,
  cache = new ResolutionCache(),
): Promise<Record<string, Resolution>> {
  const requests = requestsOf(cell);
  const said = await resolveFiles(opened.git, objectPlace(opened.layout, opened.at), requests, cache);
  return Object.fromEntries(requests.map((request, index) => [request.path, said[index] as Resolution]));
}

function requestsOf(cell: Cell): ResolutionRequest[] {
  return cell.files.map((file) => {
    const stages = stagesOf(file);
    assert.ok(stages, 'A file without its versions.');
    return { path: file.path, ...stages };
  });
}

/** What is said of a case, after a real merge. */
export interface Judged {
  /** What git left unmerged. */
  readonly unmerged: readonly string[];
  /** Of the file it is about, and of the same with the sides exchanged; missing where no cell names that file alone. */
  readonly said: readonly [Resolution, Resolution] | undefined;
}

/**
 * What is said of each case, merged for real and in memory, in both directions: all in one repository, in which
 * nothing of one case can be seen from another.
 */
export function judgedAll(cases: readonly Case[]): Promise<Judged[]> {
  return withTempDir(async (dir) => {
    const root = path.join(dir, 'repo');
    const commits = cases.flatMap((each, index) => {
      const from = [3 * index];
      return [
        { files: filesOf(each, each.base), parents: [] },
        { files: filesOf(each, each.a), parents: from },
        { files: filesOf(each, each.b), parents: from },
      ];
    });
    importCommits(root, commits);
    const opened = await open(root);
    const merger = createMerger({ git: opened.git, layout: opened.layout, log: silentLog });
    const names = commits.map((_, place) => `c${place}`);
    const sides = await sidesOf(root, names);
    const pairs = cases.map((_, index) => {
      const [a, b] = [sides[3 * index + 1], sides[3 * index + 2]];
      assert.ok(a && b);
      return { a, b, crissCross: false };
    });
    const cells = await merger.pairs(opened.at, pairs);
    const left = cases.map((_, index) => unmerged(root, `c${3 * index + 1}`, `c${3 * index + 2}`));
    const asked = cells.map((cell, index) => {
      const requests = requestsOf(cell);
      return requests.length === 1 && requests[0]?.path === cases[index]?.path ? requests : [];
    });
    const wanted = asked.flat().flatMap((one) => [one, { ...one, ours: one.theirs, theirs: one.ours }]);
    const place = objectPlace(opened.layout, opened.at);
    const said = await resolveFiles(opened.git, place, wanted, new ResolutionCache());
    return cases.map((_, index): Judged => {
      const [one, other] = asked[index]?.length === 1 ? said.splice(0, 2) : [];
      return { unmerged: left[index] ?? [], said: one && other ? [one, other] : undefined };
    });
  }, memoryFolder());
}

/** As `judgedAll`, of one case that git must leave unmerged in its file alone. */
export async function judged(each: Case): Promise<Resolution> {
  const [found] = await judgedAll([each]);
  assert.ok(found);
  return saidOf(each, found);
}

/** What is said of a case. @throws AssertionError where git merges it or conflicts elsewhere, or the direction matters */
export function saidOf(each: Case, { unmerged: left, said }: Judged): Resolution {
  assert.deepEqual(left, [each.path], 'git merges it, or conflicts elsewhere');
  assert.ok(said, 'the cell names other files');
  assert.deepEqual(said[1], said[0], 'the direction must not matter');
  return said[0];
}

export function text(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
