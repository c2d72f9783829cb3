import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Names, sizes and times of all plan and task files: equal when nothing changed. */
export async function plansSignature(plansDir: string): Promise<string> {
  const parts: string[] = [];
  for (const folder of await names(plansDir)) {
    for (const name of await names(path.join(plansDir, folder))) {
      if (!name.endsWith('.md')) continue;
      parts.push(`${folder}/${name}:${await fileSignature(path.join(plansDir, folder, name))}`);
    }
  }
  return parts.join('\n');
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch {
    // No plans yet, or a file beside the plans' folders.
    return [];
  }
}

/** A branch is a file of its own or a line in `packed-refs`; both change when it moves. */
export async function refSignature(commonDir: string, ref: string): Promise<string> {
  const files = ['refs/heads', 'refs/remotes'].map((kind) => path.join(commonDir, kind, ref));
  return (await Promise.all([...files, path.join(commonDir, 'packed-refs')].map(fileSignature))).join(' ');
}

async function fileSignature(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    // Not there is a signature too.
    return '-';
  }
}

/**
 * Which of the listed worktrees are there, and what lies beside those that are not: equal when none came, went or was
 * moved within its folder. Starts no process.
 */
export async function placesSignature(
  listed: readonly { readonly path: string }[],
  present: ReadonlySet<string>,
): Promise<string> {
  const missing = listed
    .filter((worktree) => !present.has(worktree.path))
    .map((worktree) => path.dirname(worktree.path));
  const beside = await Promise.all(
    [...new Set(missing)].sort().map(async (folder) => `${folder}: ${(await names(folder)).join('/')}`),
  );
  return [...[...present].sort(), ...beside].join('\n');
}
