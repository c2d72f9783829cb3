import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';

/** `Gemfile.lock` (https://bundler.io/man/gemfile.5.html): specs with what they need, then what the project itself needs. */
export function readGemfileLock(text: string): LockFacts {
  const entries: (LockEntry & { needs: LockNeed[] })[] = [];
  const own: LockEntry & { needs: LockNeed[] } = { keys: [''], version: null, needs: [], line: 1 };
  let section = '';
  for (const [index, said] of text.split(/\r?\n/).entries()) {
    if (/^(?:<{7}|={7}|>{7})/.test(said)) throw new UnreadableFile(`not merged: line ${index + 1}, column 1`);
    section = /^[A-Z][A-Z ]+$/.test(said) ? said : section;
    const {
      indent = '',
      key = '',
      range = '',
    } = /^(?<indent> +)(?<key>[\w.-]+)(?: \((?<range>[^)]*)\))?!?$/.exec(said)?.groups ?? {};
    if (key === '') continue;
    // A gem with one build for each platform is there several times.
    const version = range.replace(/-[a-z].*$/, '');
    if (section === 'DEPENDENCIES') own.needs.push({ key, range });
    else if (indent.length === 4) entries.push({ keys: [key], version, needs: [], line: index + 1 });
    else if (indent.length === 6) entries.at(-1)?.needs.push({ key, range });
  }
  if (section === '') throw new UnreadableFile('no lock file of bundler that is known');
  return { manager: 'bundler', format: '1', entries: [own, ...entries] };
}
