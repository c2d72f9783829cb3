import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { git } from './measure';

export interface MatrixFixture {
  readonly path: string;
  /** Short names. */
  readonly branches: readonly string[];
}

/** The same numbers each time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const filesPerFolder = 40;

function pathOf(index: number): string {
  const folder = Math.floor(index / filesPerFolder);
  return `src/area${Math.floor(folder / 10)}/part${folder % 10}/file${index}.ts`;
}

function contentOf(index: number, edit?: { line: number; text: string }): string {
  const lines = Array.from({ length: 24 }, (_, line) => `export const v${index}_${line} = ${index * 31 + line};`);
  if (edit !== undefined) lines[edit.line] = edit.text;
  return `${lines.join('\n')}\n`;
}

/**
 * A repository of `files` files whose `main` has some commits, and `count` branches cut from its last six. Each changes
 * 10 to 40 files, a fifth of them among 400 that many change; some renames, and a renamed folder in every tenth
 * branch. Packed, without a checkout.
 */
export function makeMatrixFixture(path: string, files: number, count: number): MatrixFixture {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '-q', '-b', 'main');
  git(path, 'config', 'user.name', 'Bench');
  git(path, 'config', 'user.email', 'bench@example.invalid');
  const random = randomFrom(files + count);
  const chunks: string[] = [];
  let date = 1_700_000_000;
  let mark = 0;
  const begin = (ref: string, from: number | null) => {
    mark += 1;
    date += 60;
    chunks.push(`commit refs/heads/${ref}\nmark :${mark}\ncommitter B <b@example.invalid> ${date} +0000\ndata 1\nx\n`);
    if (from !== null) chunks.push(`from :${from}\n`);
    return mark;
  };
  const put = (name: string, content: string) =>
    chunks.push(`M 644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`);
  const change = (index: number, who: string) => {
    put(pathOf(index), contentOf(index, { line: 4 * random(6), text: `export const ${who} = ${random(1e6)};` }));
  };
  const pick = () => (random(5) === 0 ? random(400) * Math.floor(files / 400) : random(files));

  const line = [begin('main', null)];
  for (let index = 0; index < files; index += 1) put(pathOf(index), contentOf(index));
  put('package.json', '{}\n');
  for (let commit = 1; commit < 12; commit += 1) {
    line.push(begin('main', null));
    for (let n = 0; n < 15; n += 1) change(pick(), `main${commit}`);
  }
  const branches: string[] = [];
  for (let branch = 0; branch < count; branch += 1) {
    const name = `agent/b${String(branch).padStart(3, '0')}`;
    branches.push(name);
    begin(name, line[line.length - 1 - (branch % 6)] ?? null);
    const touched = new Set<number>();
    for (const most = 10 + random(31); touched.size < most; ) touched.add(pick());
    for (const index of touched) {
      if (random(12) === 0) {
        chunks.push(`D ${pathOf(index)}\n`);
        put(
          pathOf(index).replace('/file', '/renamed'),
          contentOf(index, { line: 7, text: `export const b${branch} = 0;` }),
        );
      } else change(index, `b${branch}`);
    }
    put(`src/new/b${branch}.ts`, contentOf(branch));
    if (branch % 10 === 0) {
      const folder = pathOf((5000 + branch * 97) % files).replace(/\/[^/]*$/, '');
      chunks.push(`R ${folder} ${folder}-moved\n`);
    }
  }
  const input = `${chunks.join('')}done\n`;
  execFileSync('git', ['fast-import', '--quiet', '--force', '--done'], {
    cwd: path,
    input,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  git(path, 'repack', '-adq');
  return { path, branches };
}
