import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';

/**
 * `yarn.lock`: yarn 1's own syntax (https://classic.yarnpkg.com/en/docs/yarn-lock) and the YAML of yarn 2 to 4, which
 * have the same lines. Keys are descriptors (`a@^1.0.0`, since yarn 2 `a@npm:^1.0.0`).
 * @throws UnreadableFile
 */
export function readYarnLock(text: string): LockFacts {
  const lines = text.split(/\r?\n/);
  const berry = lines.includes('__metadata:');
  if (!berry && !text.includes('yarn lockfile v1')) throw new UnreadableFile('no lock file of yarn that is known');
  const entries: LockEntry[] = [];
  let format = '1';
  let [block, keys, line]: [string, string[], number] = ['', [], 0];
  let [version, needs]: [string | null, LockNeed[]] = [null, []];
  const close = () => {
    if (keys.length > 0) entries.push({ keys, version, needs, line });
    [keys, version, needs, block] = [[], null, [], ''];
  };
  for (const [index, said] of lines.entries()) {
    const { indent = '', rest = '' } = /^(?<indent> *)(?<rest>.*)$/.exec(said)?.groups ?? {};
    if (rest === '' || rest.startsWith('#')) continue;
    if (/^(?:<{7}|={7}|>{7})/.test(said)) throw new UnreadableFile(`not merged: line ${index + 1}, column 1`);
    const [name = '', value = ''] = pairOf(rest);
    if (indent.length === 0) {
      close();
      if (rest === '__metadata:') block = rest;
      else [keys, line] = [keysOf(rest), index + 1];
    } else if (indent.length === 2) {
      if (block === '__metadata:') format = name === 'version' ? value : format;
      else if (name === 'version') version = value;
      else block = value === '' ? name : '';
    } else if (block === 'dependencies')
      needs.push({ key: `${name}@${berry ? descriptor(value) : value}`, range: null });
  }
  close();
  return { manager: 'yarn', format, entries };
}

/** `"a@^1, a@^2":` and `a@^1, "a@>= 2":` alike. */
function keysOf(head: string): string[] {
  const bare = head.replace(/:$/, '');
  return bare.split(/",\s*"?|"?,\s+(?=["@\w])/).map((key) => key.trim().replace(/^"|"$/g, ''));
}

/** A name and its value: `a "^1"`, `a: ^1`, `"@b/c": "npm:^1"`. */
function pairOf(text: string): string[] {
  const pair = /^(?:"(?<quoted>[^"]+)"|(?<bare>[^\s:"]+))(?::\s*|\s+|$)(?<value>.*)$/.exec(text)?.groups;
  return [pair?.quoted ?? pair?.bare ?? '', (pair?.value ?? '').replace(/^"|"$/g, '')];
}

/** Ranges without a protocol are of npm. */
function descriptor(range: string): string {
  return /^[a-z]+:/.test(range) ? range : `npm:${range}`;
}
