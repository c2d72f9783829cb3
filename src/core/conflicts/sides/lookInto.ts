import type { BytePath } from '../../git/bytePath';
import type { Scratch } from '../parts';
import { type FileHunks, hunksOfFile } from './fileHunks';
import { type BlobContent, findObjects, objectPlace, readObject } from './objects';
import { type Cell, type CellCommits, type CellDeps, type FileSides, readCell, sidesOfFiles } from './readCell';

/** A cell's files as people look at them. */
export interface LookedInto extends Pick<Cell, 'bases'> {
  /** In the order asked. */
  readonly files: readonly LookedAtFile[];
}

export interface LookedAtFile extends FileSides {
  /** null: not to be told by lines, or beyond the first hundred files. */
  readonly hunks: FileHunks | null;
}

export interface LookDeps extends CellDeps {
  readonly scratch: Scratch;
}

/** Three git processes each: for more, people look at the list. */
const mostHunks = 100;

/**
 * Both sides of the files of a cell, their base, what a merge makes of them, and the hunks that meet.
 * @throws CellError `gone`; GitError
 */
export function lookInto(
  deps: LookDeps,
  commits: CellCommits,
  paths: readonly BytePath[],
  signal?: AbortSignal,
): Promise<LookedInto> {
  const { git, layout, scratch } = deps;
  return scratch.use(async (at) => {
    const cell = await readCell(deps, at, commits, signal);
    const sides = await sidesOfFiles(deps, at, cell, paths, signal);
    const place = objectPlace(layout, at);
    const files = sides.map(async (file, index) => ({
      ...file,
      hunks: index < mostHunks ? await hunksOfFile(git, place, file, signal) : null,
    }));
    return { bases: cell.bases, files: await Promise.all(files) };
  });
}

/**
 * The content of a blob of the scratch store or the repository.
 * @param most larger ones are not read, in bytes. @throws CellError `gone`; GitError
 */
export function readKept({ git, layout, scratch }: LookDeps, id: string, most: number): Promise<BlobContent> {
  return scratch.use((at) => readObject(git, objectPlace(layout, at), id, most));
}

/**
 * The id of a file's content in a state of the matrix; null: it is not there.
 * @param commit full id. @throws GitError
 */
export function findKept({ git, layout, scratch }: LookDeps, commit: string, file: BytePath): Promise<string | null> {
  return scratch.use(async (at) => {
    const [found] = await findObjects(git, objectPlace(layout, at), [`${commit}:${file}`]);
    return found?.type === 'blob' ? found.id : null;
  });
}
