import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, onDisk, parentOf, shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { isFolder } from '../../git/layoutFiles';
import { parseBatch } from '../../git/rawCommit';
import type { GitPlace } from '../../git/treeDiff';
import type { ScratchPlace } from '../parts';
import type { AttributeSet } from './attributeSets';

/**
 * The folders git stands in to merge: a merge takes its attributes from the working folder, so each holds nothing but
 * the attribute files of the side that would be checked out. Kept by content, shared by processes.
 */
export class AttributeFolders {
  constructor(
    private readonly git: Git,
    private readonly commonDir: string,
  ) {}

  /** For questions that need no working folder. */
  bare(at: ScratchPlace): GitPlace {
    return { cwd: this.commonDir, args: [`--git-dir=${this.commonDir}`], env: at.env };
  }

  /** Where merges with exactly these attribute files run. @throws GitError, or the file system's error */
  async of(at: ScratchPlace, set: AttributeSet, signal?: AbortSignal): Promise<GitPlace> {
    const parent = path.join(at.dir, 'attributes');
    const folder = path.join(parent, set.key);
    if (!(await isFolder(folder))) {
      await mkdir(parent, { recursive: true, mode: 0o700 });
      const made = await this.layOut(at, parent, set, signal);
      try {
        await rename(made, folder);
      } catch (error) {
        await rm(made, { recursive: true, force: true });
        // Another process may have been faster; its folder holds the same.
        if (!(await isFolder(folder))) throw error;
      }
    }
    return placeIn(folder, this.commonDir, at);
  }

  /** A new folder in `parent` that holds the attribute files. @throws GitError, or the file system's error */
  async layOut(at: ScratchPlace, parent: string, set: AttributeSet, signal?: AbortSignal): Promise<string> {
    const folder = await mkdtemp(path.join(parent, 'new-'));
    const files = [...set.files].filter(([name]) => isOrdinary(name));
    if (files.length === 0) {
      // An empty folder would be replaced by the rename of whoever is second, under a git that stands in it.
      await writeFile(path.join(folder, '.gitattributes'), '');
      return folder;
    }
    const bare = this.bare(at);
    const { stdoutBytes } = await this.git.run([...bare.args, 'cat-file', '--batch'], {
      cwd: bare.cwd,
      env: { ...bare.env },
      input: files.map(([, id]) => `${id}\n`).join(''),
      signal,
    });
    const contents = parseBatch(stdoutBytes);
    for (const [name, id] of files) {
      const content = contents.get(id);
      if (content === undefined)
        throw new GitError('failed', `The attribute file ${shownPath(name)} (${id}) is missing.`);
      await mkdir(onDisk(folder, parentOf(name)), { recursive: true });
      await writeFile(onDisk(folder, name), content);
    }
    return folder;
  }
}

/** Git in a folder that is the whole working tree to it, without an index. */
export function placeIn(folder: string, commonDir: string, at: ScratchPlace): GitPlace {
  const own = { GIT_WORK_TREE: folder, GIT_INDEX_FILE: `${folder}.no-index` };
  return { cwd: folder, args: [`--git-dir=${commonDir}`], env: { ...at.env, ...own } };
}

/** Trees made by hand can name what no checkout would write, such as `../x`; such a file must not leave the folder. */
export function isOrdinary(name: BytePath): boolean {
  const forbidden = process.platform === 'win32' ? /[\\:]/ : /[^\s\S]/;
  return name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/^\.git$/i.test(part) && !forbidden.test(part));
}
