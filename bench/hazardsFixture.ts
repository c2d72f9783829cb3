import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { git } from './measure';

const filesPerFolder = 40;

function pathOf(index: number): string {
  const folder = Math.floor(index / filesPerFolder);
  return `src/area${Math.floor(folder / 10)}/part${folder % 10}/file${index}.ts`;
}

/** About 80 lines, as people write them: imports, a type, functions that call each other. @param edits how often it was changed */
function contentOf(index: number, edits: number): string {
  const other = Math.floor(index / filesPerFolder) * filesPerFolder + ((index + 1) % filesPerFolder);
  const lines = [
    `import { read${other}, type Settings${other} } from './file${other}';`,
    '',
    `/** What ${index} is made of. */`,
    `export interface Settings${index} {`,
    '  readonly name: string;',
    '  readonly size: number;',
    `  readonly of: Settings${other} | null;`,
    '}',
    '',
  ];
  for (const name of ['read', 'write', 'check', 'merge', 'print', 'count']) {
    lines.push(
      `export function ${name}${index}(settings: Settings${index}, text: string, at = 0): string[] {`,
      '  const found: string[] = [];',
      "  for (const [place, line] of text.split('\\n').entries()) {",
      `    if (place < at || line.length > settings.size) continue;`,
      `    found.push(\`\${settings.name}: \${line.trim()} ${name} ${edits}\`);`,
      '  }',
      `  return settings.of === null ? found : [...found, ...read${other}(settings.of, text, at + ${edits})];`,
      '}',
      '',
    );
  }
  return lines.join('\n');
}

/** The same numbers each time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * A repository of `files` files of code, and `count` branches from the end of its `main`, each of which changes 22 files
 * and adds one: 45 contents a branch, as branches are that 10 to 40 files were changed in. Packed, without a checkout.
 */
export function makeHazardsFixture(path: string, files: number, count: number): void {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '-q', '-b', 'main');
  const random = randomFrom(files + count);
  const chunks: string[] = [];
  const begin = (ref: string, mark: number, from: number | null) =>
    chunks.push(
      `commit refs/heads/${ref}\nmark :${mark}\ncommitter B <b@example.invalid> ${1_700_000_000 + mark} +0000\ndata 1\nx\n`,
      ...(from === null ? [] : [`from :${from}\n`]),
    );
  const put = (name: string, content: string) =>
    chunks.push(`M 644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`);
  begin('main', 1, null);
  for (let index = 0; index < files; index += 1) put(pathOf(index), contentOf(index, 0));
  for (let branch = 0; branch < count; branch += 1) {
    begin(`agent/b${String(branch).padStart(3, '0')}`, branch + 2, 1);
    const touched = new Set<number>();
    while (touched.size < 22) touched.add(random(files));
    for (const index of touched) put(pathOf(index), contentOf(index, branch + 1));
    put(`src/new/added${branch}.ts`, contentOf(files + branch, 0));
  }
  const stdio: ['pipe', 'ignore', 'pipe'] = ['pipe', 'ignore', 'pipe'];
  const args = ['fast-import', '--quiet', '--force', '--done'];
  execFileSync('git', args, { cwd: path, input: `${chunks.join('')}done\n`, stdio });
  git(path, 'repack', '-adq');
}

/** Another commit on a branch: one file of it is changed again. */
export function moveBranch(path: string, ref: string, round: number): void {
  const content = contentOf(round, 1000 + round);
  const date = 1_800_000_000 + round;
  const input = `commit refs/heads/${ref}\ncommitter B <b@example.invalid> ${date} +0000\ndata 1\nx\nfrom refs/heads/${ref}^0\nM 644 inline ${pathOf(round)}\ndata ${Buffer.byteLength(content)}\n${content}\n\ndone\n`;
  execFileSync('git', ['fast-import', '--quiet', '--done'], { cwd: path, input });
}
