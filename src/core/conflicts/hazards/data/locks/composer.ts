import type { LockEntry, LockFacts } from '../../facts';
import { lineSeeker, parseJsonValue, tableOf } from '../text';

/** `composer.lock` (https://getcomposer.org/doc/01-basic-usage.md). @throws UnreadableFile */
export function readComposerLock(text: string): LockFacts {
  const root = tableOf(parseJsonValue(text));
  const lineOf = lineSeeker(text);
  const entries = ['packages', 'packages-dev'].flatMap((section) =>
    (Array.isArray(root[section]) ? root[section] : []).map((value): LockEntry => {
      const said = tableOf(value);
      const version = `${said.version ?? ''}`.replace(/^v/, '');
      const needs = Object.entries(tableOf(said.require))
        .filter(([key]) => key.includes('/'))
        .map(([key, range]) => ({ key: key.toLowerCase(), range: typeof range === 'string' ? range : null }));
      const line = lineOf(`"name": ${JSON.stringify(said.name)}`);
      return { keys: [`${said.name}`.toLowerCase()], version: /^\d/.test(version) ? version : null, needs, line };
    }),
  );
  return { manager: 'composer', format: '1', entries };
}
