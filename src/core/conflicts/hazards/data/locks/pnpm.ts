import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';

const known = /^(?:5(?:\.\d+)?|6\.\d+|7\.\d+|9\.\d+)$/;
const wanted = new Set(['dependencies', 'devDependencies']);

/**
 * `pnpm-lock.yaml` (https://github.com/pnpm/spec/tree/master/lockfile), layouts 5 to 9. It is written by a machine and may
 * be very long, so it is read line by line. Keys are packages with their versions and peers, as the layout writes them.
 * @throws UnreadableFile
 */
export function readPnpmLock(text: string): LockFacts {
  const format = /^lockfileVersion:\s*['"]?(?<version>[^'"\s]+)/m.exec(text)?.groups?.version ?? '';
  if (!known.test(format))
    throw new UnreadableFile(`a lock file of pnpm in layout ${format || 'unsaid'}, which is not known`);
  const major = Number.parseInt(format, 10);
  const keyOf = (name: string, version: string) => needed(major, name, version);
  const entries: LockEntry[] = [];
  // Without workspaces, the project's own needs stand at the top.
  const top: LockEntry & { needs: LockNeed[] } = { keys: ['importer .'], version: null, needs: [], line: 1 };
  let entry: (LockEntry & { needs: LockNeed[] }) | null = null;
  let [section, block, name] = ['', '', ''];
  for (const [index, said] of text.split(/\r?\n/).entries()) {
    const { indent = '', key = '', value = '' } = line.exec(said)?.groups ?? {};
    if (/^(?:<{7}|={7}|>{7})/.test(said)) throw new UnreadableFile(`not merged: line ${index + 1}, column 1`);
    if (key === '') continue;
    const bare = unquoted(key);
    const depth = indent.length / 2;
    if (depth === 0) [section, entry, block] = [bare, null, ''];
    else if (wanted.has(section)) {
      if (depth === 1) name = bare;
      const version = depth === 1 ? value : bare === 'version' ? value : '';
      if (version !== '') top.needs.push(keyOf(name, unquoted(version)));
    } else if (section === 'importers' || section === (major >= 9 ? 'snapshots' : 'packages')) {
      if (depth === 1) {
        entry = {
          keys: [section === 'importers' ? `importer ${bare}` : bare],
          version: null,
          needs: [],
          line: index + 1,
        };
        entries.push(entry);
        block = '';
      } else if (depth === 2) block = bare;
      else if (wanted.has(block) && entry !== null) {
        if (depth === 3) name = bare;
        const version = depth === 3 ? value : bare === 'version' ? value : '';
        if (version !== '') entry.needs.push(keyOf(name, unquoted(version)));
      }
    }
  }
  return { manager: 'pnpm', format: String(major), entries: top.needs.length > 0 ? [top, ...entries] : entries };
}

const line = /^(?<indent> *)(?<key>'[^']*'|"[^"]*"|[^\s:#'"][^:]*(?::[^\s][^:]*)*):(?:\s+(?<value>\S.*))?$/;

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/, '$2');
}

/** Where a need is written: `/a/1.0.0` in 5, `/a@1.0.0` in 6, `a@1.0.0` in 9; under another name it is written whole. */
function needed(major: number, name: string, version: string): LockNeed {
  if (!/^\d/.test(version)) return { key: version, range: null };
  const key = major <= 5 ? `/${name}/${version}` : major < 9 ? `/${name}@${version}` : `${name}@${version}`;
  return { key, range: null };
}
