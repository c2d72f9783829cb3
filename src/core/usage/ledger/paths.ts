import { realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * The forms of a path in which two names of one folder are equal: first the real path, links resolved as far as
 * the folder (or the nearest one above it) still exists, then the path as it was written, where that differs. None for
 * what is no absolute path.
 */
export type Comparable = (folder: string) => readonly string[];

/**
 * Asks the file system once for each folder, so it is made anew whenever everything is looked at anew. Windows and macOS
 * do not tell names apart by case.
 * @param real throws for what is not there
 */
export function createComparable(
  platform: NodeJS.Platform,
  real: (folder: string) => string = realpathSync.native,
): Comparable {
  const { dirname, basename, join, isAbsolute, normalize } = platform === 'win32' ? path.win32 : path.posix;
  const known = new Map<string, string>();
  const folds = platform === 'win32' || platform === 'darwin';
  const fold = (text: string) => (folds ? text.normalize('NFC').toLowerCase() : text);

  function realOf(folder: string): string {
    const found = known.get(folder);
    if (found !== undefined) return found;
    const above = dirname(folder);
    let answer: string;
    try {
      answer = real(folder);
    } catch {
      // Not there (any more), or not ours to see: what is above it may be.
      answer = above === folder ? folder : join(realOf(above), basename(folder));
    }
    known.set(folder, answer);
    return answer;
  }

  return (folder) => {
    if (!isAbsolute(folder) || folder.includes('\0') || folder.length > longest) return [];
    const plain = withoutEnd(normalize(folder));
    const [first, second] = [fold(realOf(plain)), fold(plain)];
    return first === second ? [first] : [first, second];
  };
}

/** Linux allows 4,096, Windows 32,767; what is longer was never anybody's working directory. */
const longest = 32_767;

/** The folders around a path, itself first. */
export function* ancestors(folder: string, platform: NodeJS.Platform): Generator<string> {
  const { dirname } = platform === 'win32' ? path.win32 : path.posix;
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

function withoutEnd(folder: string): string {
  return folder.length > 1 && /[^:][\\/]$/.test(folder) ? folder.slice(0, -1) : folder;
}
