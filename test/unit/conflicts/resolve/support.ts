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
import { importCommits, type Opened, open, sideOf } from '../train/support';

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
    const files = (text: string | null) =>
      new Map([['README', 'Read me.\n'], ...(text === null ? [] : [[each.path, text] as const])]);
    importCommits(root, [
      { files: files(each.base), parents: [] },
      { files: files(each.a), parents: [0] },
      { files: files(each.b), parents: [0] },
    ]);
    return fn(await open(root));
  }, memoryFolder());
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

/** What is said of a case, merged for real and in memory, in both directions. */
export async function judged(each: Case): Promise<Resolution> {
  return withCase(each, async (opened) => {
    assert.deepEqual(unmerged(opened.root, 'c1', 'c2'), [each.path], 'git merges it, or conflicts elsewhere');
    const [request] = requestsOf(await cellOf(opened));
    assert.ok(request);
    assert.equal(request.path, each.path);
    const turned = { ...request, ours: request.theirs, theirs: request.ours };
    const place = objectPlace(opened.layout, opened.at);
    const [one, other] = await resolveFiles(opened.git, place, [request, turned], new ResolutionCache());
    assert.deepEqual(other, one, 'the direction must not matter');
    assert.ok(one);
    return one;
  });
}

export function text(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
