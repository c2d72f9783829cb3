import { transliterate } from './transliterate';

const shape = /^[a-z0-9][a-z0-9._-]{0,49}$/;
const device = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/** Names that a task file cannot have, because the file means something else. */
export const reservedTaskIds: ReadonlySet<string> = new Set(['plan', 'readme']);

/**
 * Why `id` cannot name a plan or a task, as the end of a sentence, or null when it can: ids become branch, file and
 * folder names on every system.
 */
export function idProblem(id: string): string | null {
  if (id === '') return 'is empty';
  if (id.length > 50) return 'is longer than 50 characters';
  if (id !== id.toLowerCase() && shape.test(id.toLowerCase())) return 'has capital letters';
  if (!/^[a-z0-9]/.test(id)) return 'does not begin with a letter a-z or a digit';
  if (!shape.test(id)) return 'has other characters than a-z, 0-9, ".", "_" and "-"';
  if (id.includes('..')) return 'has two dots in a row';
  if (id.endsWith('.')) return 'ends in a dot';
  if (id.endsWith('.lock')) return 'ends in ".lock", which git does not allow';
  if (device.test(id)) return 'is the name of a device on Windows';
  return null;
}

/** Whether `id` can name a plan or a task: `[a-z0-9][a-z0-9._-]{0,49}` and safe as a name on every system. */
export function isValidId(id: string): boolean {
  return idProblem(id) === null;
}

const maxLength = 40;
const fillers = new Set(
  'a an the to of for in on at by and or with from into as is are be it its this that these those so we i you he she they our my your please can could should would will shall must need needs want wants lets let us me some there'.split(
    ' ',
  ),
);

/** The words of the first sentence that says something. */
function words(title: string): string[] {
  const text = transliterate(title.slice(0, 2000))
    .toLowerCase()
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/g, ' ')
    .replace(/['`\u00b4\u2018\u2019]/g, '');
  for (const sentence of text.split(/[\r\n]+|[.!?;:](?=\s|$)/)) {
    const all = sentence.split(/[^a-z0-9]+/).filter((word) => word !== '');
    const telling = all.filter((word) => !fillers.has(word));
    if (telling.length > 0) return telling;
    if (all.some((word) => /[a-z]{2}/.test(word))) return all;
  }
  return [];
}

/** As many whole words as fit, at most six; a long word is cut only when there would be little without it. */
function join(parts: readonly string[]): string {
  let id = '';
  for (const part of parts.slice(0, 6)) {
    const longer = id === '' ? part.slice(0, maxLength) : `${id}-${part}`;
    if (longer.length > maxLength)
      return id.length < maxLength / 3 ? longer.slice(0, maxLength).replace(/-+$/, '') : id;
    id = longer;
  }
  return id;
}

/**
 * A short, valid id (at most 40 characters) for a title or a whole prompt, that is not in `taken` (compared without
 * case). What cannot be written with a-z and 0-9 becomes `task`.
 */
export function suggestId(title: string, taken: ReadonlySet<string> = new Set()): string {
  const used = new Set([...taken].map((id) => id.toLowerCase()));
  let id = join(words(title));
  if (device.test(id)) id = `${id}-task`;
  if (id === '' || !isValidId(id)) id = 'task';
  if (!used.has(id) && !reservedTaskIds.has(id)) return id;
  for (let count = 2; ; count += 1) {
    const suffix = `-${count}`;
    const next = `${id.slice(0, maxLength - suffix.length).replace(/-+$/, '')}${suffix}`;
    if (!used.has(next)) return next;
  }
}

/** The valid id nearest to a file or folder name that is none: the least change, not a new slug. */
export function mendId(name: string, taken: ReadonlySet<string> = new Set()): string {
  const used = new Set([...taken].map((id) => id.toLowerCase()));
  let id = transliterate(name)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, 50)
    .replace(/^[^a-z0-9]+/, '')
    .replace(/(?:\.lock|[.-])+$/, '');
  if (device.test(id)) id = `task-${id}`.slice(0, 50);
  if (isValidId(id) && !used.has(id) && !reservedTaskIds.has(id)) return id;
  return suggestId(id === '' ? name : id, taken);
}
