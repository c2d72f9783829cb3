import { execFile } from 'node:child_process';
import { testEnvironment } from '../../support/repositories';

/**
 * Whether the real git merges the second of each pair into the first cleanly; objects go to the repository.
 * null: git itself gave up (git 2.39 fails an assertion where a side renames a link or a submodule onto a file).
 */
export async function mergeTree(
  repository: string,
  pairs: readonly (readonly [string, string])[],
  env: Record<string, string> = {},
): Promise<(boolean | null)[]> {
  try {
    return await batch(repository, pairs, env);
  } catch {
    if (pairs.length === 1) return [null];
    const middle = pairs.length >> 1;
    const first = await mergeTree(repository, pairs.slice(0, middle), env);
    return [...first, ...(await mergeTree(repository, pairs.slice(middle), env))];
  }
}

function batch(
  repository: string,
  pairs: readonly (readonly [string, string])[],
  env: Record<string, string>,
): Promise<boolean[]> {
  if (pairs.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const args = ['merge-tree', '--stdin', '--name-only', '--no-messages'];
    const options = { cwd: repository, env: testEnvironment(env), encoding: 'latin1' as const, maxBuffer: 1 << 28 };
    const child = execFile('git', args, options, (error, stdout, stderr) => {
      if (error) return reject(new Error(stderr));
      const fields = stdout.split('\0');
      const clean: boolean[] = [];
      for (let at = 0; at + 1 < fields.length; at += 1) {
        clean.push(fields[at] === '1');
        at += 2;
        while (fields[at] !== '') at += 1;
      }
      resolve(clean);
    });
    // It may die of a pair before it has read all; its exit code says so.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(pairs.map(([a, b]) => `${a} ${b}\n`).join(''));
  });
}
