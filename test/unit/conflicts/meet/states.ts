import fc from 'fast-check';
import type { File, Files } from './history';

/** One step of work on a tree; which paths it means is decided when it is applied. */
export type Step = readonly [kind: (typeof kinds)[number], pick: number, where: number, variant: number];

const kinds = [
  'edit',
  'edit',
  'add',
  'addBeside',
  'addBeside',
  'delete',
  'move',
  'move',
  'moveFolder',
  'moveFolder',
  'moveFolder',
  'moveTop',
  'deleteFolder',
  'fileToFolder',
  'folderToFile',
  'mode',
  'link',
  'submodule',
  'copy',
] as const;

export const steps = (most: number) =>
  fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(1000), fc.nat(1000), fc.nat(3)), {
    minLength: 1,
    maxLength: most,
  });

const folders = ['', 'd', 'd/s', 'd/s/t', 'e', 'e/s', 'f', 'F', 'd-e'];
const names = ['a', 'b', 'c.ts', 'd', 's', 'x y', 'n\nl', '\xff'];

/** Content that rename detection tells apart, and takes for the same after one edit. */
function text(seed: number, edits: string): string {
  return `${Array.from({ length: 12 }, (_, line) => `line ${line} of ${seed}`).join('\n')}\n${edits}`;
}

const plain = (content: string): File => ({ mode: '100644', content });

export function firstFiles(): Files {
  const files = new Map<string, File>();
  for (const [seed, folder] of ['', 'd', 'd/s', 'e', 'f'].entries()) {
    for (const [index, name] of ['a', 'b', 'c.ts'].entries()) {
      files.set(inside(folder, name), plain(text(seed * 10 + index, '')));
    }
  }
  return files;
}

function inside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Applies steps; a path that is in the way of another (as a file or as a folder) gives way. */
export function apply(files: Files, work: readonly Step[]): Files {
  const next = new Map(files);
  for (const step of work) applyOne(next, step);
  return next;
}

function applyOne(files: Map<string, File>, [kind, pick, where, variant]: Step): void {
  const paths = [...files.keys()];
  const path = paths[pick % Math.max(1, paths.length)];
  if (path === undefined) return;
  const file = files.get(path) ?? plain('');
  const folder = folders[where % folders.length] ?? '';
  const name = names[(where >> 3) % names.length] ?? 'a';
  const own = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (kind === 'edit') put(files, path, { ...file, content: edited(file, variant) });
  if (kind === 'add') put(files, inside(folder, `${name}${variant}`), plain(text(100 + variant, '')));
  if (kind === 'addBeside') put(files, inside(own, `${name}${variant}`), plain(text(200 + where, '')));
  if (kind === 'delete') files.delete(path);
  if (kind === 'copy') put(files, inside(folder, base), file);
  if (kind === 'move') {
    files.delete(path);
    put(files, inside(folder, variant === 0 ? name : base), variant > 1 ? { ...file, content: edited(file, 0) } : file);
  }
  if (kind === 'moveFolder' && own !== '') moveFolder(files, own, inside(folder, variant > 1 ? 'moved' : 'n'));
  if (kind === 'moveTop')
    for (const top of paths.filter((each) => !each.includes('/'))) rename(files, top, `top/${top}`);
  if (kind === 'deleteFolder') for (const each of paths) if (each.startsWith(`${own}/`)) files.delete(each);
  if (kind === 'fileToFolder') put(files, inside(path, name), file);
  if (kind === 'folderToFile' && own !== '') put(files, own, file);
  if (kind === 'mode' && file.mode.startsWith('100')) {
    files.set(path, { ...file, mode: file.mode === '100644' ? '100755' : '100644' });
  }
  if (kind === 'link') put(files, path, { mode: '120000', content: `to-${variant}` });
  if (kind === 'submodule') put(files, inside(folder, name), { mode: '160000', content: `${variant + 1}`.repeat(40) });
}

function edited(file: File, variant: number): string {
  return file.mode.startsWith('100') ? `${file.content}edit ${variant}\n` : file.content;
}

function moveFolder(files: Map<string, File>, from: string, to: string): void {
  for (const path of [...files.keys()].filter((each) => each.startsWith(`${from}/`))) {
    rename(files, path, `${to}${path.slice(from.length)}`);
  }
}

function rename(files: Map<string, File>, from: string, to: string): void {
  const file = files.get(from);
  files.delete(from);
  if (file !== undefined) put(files, to, file);
}

function put(files: Map<string, File>, path: string, file: File): void {
  for (const other of [...files.keys()]) {
    if (path.startsWith(`${other}/`) || other.startsWith(`${path}/`)) files.delete(other);
  }
  files.set(path, file);
}
