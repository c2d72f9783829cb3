import { type BytePath, parentOf } from '../../../../src/core/git/bytePath';
import type { Hands } from './hands';
import { attributeLines, folderNames, names } from './names';
import { nth } from './random';

/**
 * One thing done to a working folder. Numbers choose among what is there when it is done, so that any subset of a list
 * of these can be done; what does not fit does nothing.
 */
export type Change =
  | { readonly do: 'edit'; file: number; how: Edit; at: number; count: number; text: number }
  | { readonly do: 'add'; name: number; lines: number; text: number }
  | { readonly do: 'remove'; file: number }
  | { readonly do: 'rename'; file: number; name: number }
  | { readonly do: 'move folder'; folder: number; to: number; part: 'all' | 'half' | 'one' }
  | { readonly do: 'gather'; to: number }
  | { readonly do: 'copy'; file: number; name: number }
  | { readonly do: 'mode'; file: number }
  | { readonly do: 'link'; file: number; target: number }
  | { readonly do: 'file to folder'; file: number; text: number }
  | { readonly do: 'folder to file'; folder: number; text: number }
  | { readonly do: 'attributes'; folder: number; lines: readonly number[] }
  | { readonly do: 'ignore'; rule: number }
  | { readonly do: 'ignored'; rule: number; text: number };

export const edits = [
  'replace',
  'insert',
  'delete',
  'append',
  'prepend',
  'no final newline',
  'crlf',
  'lf',
  'rewrite',
  'swap halves',
  'binary',
  'empty',
] as const;
export type Edit = (typeof edits)[number];

export const ignoreRules: readonly { readonly rule: string; readonly file: BytePath }[] = [
  { rule: '*.log', file: 'run.log' },
  { rule: 'build/', file: 'build/out.txt' },
  { rule: '*.gen', file: 'gen/out.gen' },
  { rule: 'docs/*', file: 'docs/x.md' },
];

export function apply(hands: Hands, folder: string, change: Change): void {
  const act = acts[change.do] as (hands: Hands, folder: string, change: Change) => void;
  act(hands, folder, change);
}

const acts: { readonly [K in Change['do']]: (hands: Hands, folder: string, c: Change & { do: K }) => void } = {
  edit(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => {
      if (hands.isFile(folder, file)) hands.write(folder, file, edited(hands.read(folder, file), c));
    });
  },
  add(hands, folder, c) {
    const name = nth(names, c.name);
    hands.write(folder, name, contentOf(name, c.lines, c.text));
  },
  remove(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => hands.remove(folder, file));
  },
  rename(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => moveTo(hands, folder, file, nth(names, c.name)));
  },
  'move folder': moveFolder,
  gather(hands, folder, c) {
    gather(hands, folder, nth(folderNames, c.to));
  },
  copy(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => {
      const to = nth(names, c.name);
      if (hands.isFile(folder, file) && !within(file, to)) hands.write(folder, to, hands.read(folder, file));
    });
  },
  mode(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => {
      if (hands.isFile(folder, file)) hands.mode(folder, file, c.file % 3 !== 0);
    });
  },
  link(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => hands.link(folder, file, `to-${c.target}`));
  },
  'file to folder'(hands, folder, c) {
    withFile(hands, folder, c.file, (file) => {
      hands.remove(folder, file);
      hands.write(folder, `${file}/inside.txt`, contentOf(file, 6, c.text));
    });
  },
  'folder to file'(hands, folder, c) {
    const at = nth(folderNames, c.folder);
    if (hands.isFolder(folder, at)) hands.write(folder, at, contentOf(at, 6, c.text));
  },
  attributes(hands, folder, c) {
    const at = c.folder === 0 ? '' : `${nth(folderNames, c.folder)}/`;
    const lines = c.lines.map((n) => `${nth(attributeLines, n)}\n`).join('');
    if (at === '' || hands.isFolder(folder, at.slice(0, -1))) hands.write(folder, `${at}.gitattributes`, lines);
  },
  ignore(hands, folder, c) {
    hands.write(folder, '.gitignore', `${nth(ignoreRules, c.rule).rule}\n`);
  },
  ignored(hands, folder, c) {
    const { file } = nth(ignoreRules, c.rule);
    hands.write(folder, file, contentOf(file, 6, c.text));
  },
};

/** Lines of a file. The name is in most of them, so that renames are seen as such; some lines repeat, as braces do. */
function contentOf(name: BytePath, lines: number, text: number): string {
  if (lines === 0) return '';
  const list = Array.from({ length: lines }, (_, i) =>
    i % 7 === 3 ? '}' : i % 11 === 5 ? '' : `${i} of ${tag(name)}`,
  );
  if (text > 0) list[Math.floor(lines / 2)] = `text ${text}`;
  return `${list.join('\n')}\n${name.endsWith('.bin') ? `\0${text}\n` : ''}`;
}

function tag(name: BytePath): string {
  return name.replace(/[^a-z.]/gi, '').slice(-12);
}

function edited(content: string, c: { how: Edit; at: number; count: number; text: number }): string {
  const final = content.endsWith('\n');
  const lines = (final ? content.slice(0, -1) : content).split('\n');
  const at = Math.floor((c.at / 100) * lines.length);
  const fresh = Array.from({ length: c.count }, (_, i) => `new ${c.text}.${i}`);
  const joined = () => `${lines.join('\n')}${final ? '\n' : ''}`;
  switch (c.how) {
    case 'replace':
      lines.splice(at, c.count, ...fresh);
      return joined();
    case 'insert':
      lines.splice(at, 0, ...fresh);
      return joined();
    case 'delete':
      lines.splice(at, c.count);
      return joined();
    case 'append':
      return `${content}${final || content === '' ? '' : '\n'}${fresh.join('\n')}\n`;
    case 'prepend':
      return `${fresh.join('\n')}\n${content}`;
    case 'no final newline':
      return content.replace(/\n+$/, '');
    case 'crlf':
      return content.replace(/\r?\n/g, '\r\n');
    case 'lf':
      return content.replace(/\r\n/g, '\n');
    case 'rewrite':
      return `${Array.from({ length: 8 }, (_, i) => `other ${c.text}.${i}`).join('\n')}\n`;
    case 'swap halves':
      return [...lines.slice(at), ...lines.slice(0, at)].join('\n') + (final ? '\n' : '');
    case 'binary':
      return `${content}\0${c.text}`;
    case 'empty':
      return '';
  }
}

function moveFolder(hands: Hands, folder: string, c: Change & { do: 'move folder' }): void {
  const from = nth(folderNames, c.folder);
  const to = nth(folderNames, c.to);
  if (from === to || !hands.isFolder(folder, from)) return;
  const inside = hands.files(folder).filter((file) => file.startsWith(`${from}/`));
  const many = c.part === 'all' ? inside.length : c.part === 'half' ? Math.ceil(inside.length / 2) : 1;
  for (const file of inside.slice(0, many)) moveTo(hands, folder, file, `${to}${file.slice(from.length)}`);
  prune(hands, folder, from);
}

/** The top's files go into a folder. */
function gather(hands: Hands, folder: string, to: BytePath): void {
  for (const file of hands.files(folder)) {
    if (!file.includes('/') && !file.startsWith('.git') && file !== to) moveTo(hands, folder, file, `${to}/${file}`);
  }
}

function moveTo(hands: Hands, folder: string, file: BytePath, to: BytePath): void {
  if (file === to || within(file, to) || within(to, file)) return;
  // Making room for another one may have taken it away.
  if (hands.has(folder, file)) hands.move(folder, file, to);
  prune(hands, folder, parentOf(file));
}

/** git knows no empty folders, so none stay. */
function prune(hands: Hands, folder: string, at: BytePath): void {
  if (at === '' || !hands.isFolder(folder, at)) return;
  if (hands.files(folder).some((file) => file.startsWith(`${at}/`)) || hands.has(folder, `${at}/.git`)) return;
  hands.remove(folder, at);
  prune(hands, folder, parentOf(at));
}

function within(inner: BytePath, outer: BytePath): boolean {
  return inner.startsWith(`${outer}/`);
}

export function withFile(hands: Hands, folder: string, n: number, fn: (file: BytePath) => void): void {
  const files = hands.files(folder).filter((file) => !/(^|\/)\.git/.test(file));
  if (files.length > 0) fn(nth(files, n));
}
