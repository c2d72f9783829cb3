import type { LockFacts } from '../facts';
import { type FactReader, UnreadableFile } from '../reader';
import { readBunLock } from './locks/bun';
import { readGemfileLock } from './locks/bundler';
import { readComposerLock } from './locks/composer';
import { readNpmLock } from './locks/npm';
import { readPnpmLock } from './locks/pnpm';
import { readCargoLock, readPoetryLock, readUvLock } from './locks/toml';
import { readYarnLock } from './locks/yarn';
import { isForeign, textOf } from './text';

const byName: Readonly<Record<string, (text: string) => LockFacts>> = {
  'package-lock.json': readNpmLock,
  'npm-shrinkwrap.json': readNpmLock,
  'yarn.lock': readYarnLock,
  'pnpm-lock.yaml': readPnpmLock,
  'bun.lock': readBunLock,
  'bun.lockb': () => {
    throw new UnreadableFile('a lock file of bun in its binary layout');
  },
  'Cargo.lock': readCargoLock,
  'poetry.lock': readPoetryLock,
  'uv.lock': readUvLock,
  'Gemfile.lock': readGemfileLock,
  'gems.locked': readGemfileLock,
  'composer.lock': readComposerLock,
};

function readerOf(path: string): ((text: string) => LockFacts) | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return isForeign(path) || !Object.hasOwn(byName, name) ? undefined : byName[name];
}

/**
 * Reads what lock files settled on, in all layouts of nine managers; one that is newer than those is unreadable. `go.sum`
 * is not read: any union of two is good. `Pipfile.lock` holds one hash of all, so that two never merge cleanly.
 */
export const readLock: FactReader<LockFacts> = {
  wants: (path) => readerOf(path) !== undefined,
  read: async (path, content) => {
    const read = readerOf(path);
    if (read === undefined) return null;
    return read(path.endsWith('.lockb') ? '' : textOf(content));
  },
};
