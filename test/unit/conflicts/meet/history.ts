import { execFile } from 'node:child_process';
import type { Git } from '../../../../src/core/git/git';
import { openGit, testEnvironment } from '../../support/repositories';

/** A file of a made-up commit. */
export interface File {
  readonly mode: '100644' | '100755' | '120000' | '160000';
  readonly content: string;
}

export type Files = ReadonlyMap<string, File>;

export interface Commit {
  readonly ref: string;
  /** Places in the list. */
  readonly parents: readonly number[];
  readonly files: Files;
  /** Seconds since 1970; clocks may be wrong. */
  readonly date: number;
}

export function testGit(): Git {
  return openGit();
}

/** Writes commits in one process; the last of each ref is its tip. @returns their ids, in order */
export async function writeHistory(repository: string, commits: readonly Commit[]): Promise<string[]> {
  const chunks: Buffer[] = [];
  const put = (text: string) => chunks.push(Buffer.from(text, 'latin1'));
  for (const [index, { ref, parents, files, date }] of commits.entries()) {
    put(`commit refs/heads/${ref}\nmark :${index + 1}\ncommitter T <t@example.com> ${date} +0000\ndata 1\nx\n`);
    const [first, ...others] = parents;
    if (first === undefined) put(`from ${'0'.repeat(40)}\n`);
    else put(`from :${first + 1}\n`);
    for (const other of others) put(`merge :${other + 1}\n`);
    put('deleteall\n');
    for (const [path, { mode, content }] of files) {
      const name = quoted(path);
      if (mode === '160000') put(`M ${mode} ${content} ${name}\n`);
      else put(`M ${mode} inline ${name}\ndata ${Buffer.byteLength(content, 'latin1')}\n${content}\n`);
    }
    put('\n');
  }
  for (const index of commits.keys()) put(`get-mark :${index + 1}\n`);
  const answer = await fastImport(repository, Buffer.concat(chunks));
  return answer.split('\n').filter(Boolean);
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

function fastImport(cwd: string, input: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['fast-import', '--quiet', '--force', '--done', '--cat-blob-fd=1'];
    const child = execFile('git', args, { cwd, env: testEnvironment() }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(stdout);
    });
    child.stdin?.end(Buffer.concat([input, Buffer.from('done\n')]));
  });
}
