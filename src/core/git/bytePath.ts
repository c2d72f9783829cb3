import path from 'node:path';

/**
 * A path as git lists it, relative and with `/`, one character a byte (latin1): names need not be UTF-8, and must come
 * back byte for byte.
 */
export type BytePath = string;

/** Splits output that ends every field with NUL, one character a byte. */
export function splitBytes(z: Buffer): BytePath[] {
  const fields = z.toString('latin1').split('\0');
  fields.pop();
  return fields;
}

/** The path for the file system: bytes where names are bytes, text on Windows. */
export function onDisk(root: string, name: BytePath): Buffer | string {
  const bytes = Buffer.from(name, 'latin1');
  if (process.platform === 'win32') return path.join(root, bytes.toString('utf8'));
  return Buffer.concat([Buffer.from(`${root}/`), bytes]);
}

/** The folder of a path, `''` for the top. */
export function parentOf(name: BytePath): BytePath {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '' : name.slice(0, slash);
}

/** All folders around a path, the outermost first, without the top. */
export function parentsOf(name: BytePath): BytePath[] {
  const parents: BytePath[] = [];
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) parents.push(name.slice(0, at));
  return parents;
}

/** For people and JSON. */
export function shownPath(name: BytePath): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

/** For standard input of git commands with `-z`. */
export function joinBytes(fields: readonly BytePath[]): Buffer {
  return Buffer.from(fields.map((field) => `${field}\0`).join(''), 'latin1');
}
