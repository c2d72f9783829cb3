import { isMap, LineCounter, parseDocument } from 'yaml';
import { UnreadableFile } from '../../reader';

/**
 * A file that is JSON, JSON with comments, or YAML, as plain values: YAML takes JSON as it is, and commas at the end.
 * @throws UnreadableFile
 */
export function readObject(text: string, format: 'JSON' | 'YAML'): unknown {
  const lines = new LineCounter();
  const document = parseDocument(format === 'JSON' ? plainJson(text) : text, {
    lineCounter: lines,
    strict: false,
    uniqueKeys: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new UnreadableFile(`it is no ${format} (line ${line}, column ${col})`);
  }
  if (format === 'JSON' && !isMap(document.contents)) throw new UnreadableFile('it is no JSON object');
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    if (error instanceof ReferenceError) throw new UnreadableFile('it has more aliases than anybody writes by hand');
    throw error;
  }
}

/** Without comments and tabs, which YAML does not take; every character keeps its place. */
function plainJson(text: string): string {
  return text
    .replace(/^\uFEFF/, ' ')
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\t/g, (part) =>
      part.startsWith('"') ? part : part.replace(/[^\n]/g, ' '),
    );
}

/** The scalars of a tree by the path of their keys: `formatter.indentStyle`. Of a list its first scalars. */
export function flatten(value: unknown, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof item === 'object') for (const [name, each] of flatten(item, path)) found.set(name, each);
    else found.set(path, String(item));
  }
  return found;
}
