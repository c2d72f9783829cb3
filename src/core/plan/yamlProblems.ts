import type { YAMLError } from 'yaml';
import type { Problem } from '../../contract/plan';
import type { Span } from './lines';
import type { Problems } from './problems';

/** Tells an error or a warning of the YAML parser in the words of people who write YAML now and then. */
export function sayYaml(
  error: YAMLError,
  severity: Problem['severity'],
  at: (range: readonly number[]) => Span,
  source: string,
  problems: Problems,
): void {
  const span = at(error.pos);
  const word = /^[^\s:]*/.exec(source.slice(error.pos[0]))?.[0] ?? '';
  switch (error.code) {
    case 'DUPLICATE_KEY':
      problems.add(
        'duplicate-key',
        `"${word}" is given twice; only the first one counts, so remove one.`,
        at([error.pos[0], error.pos[0] + word.length]),
      );
      return;
    case 'TAB_AS_INDENT':
      problems.add('tab', 'YAML does not allow tabs for indentation; use spaces.', span, {
        fix: { kind: 'replace', text: '  ' },
      });
      return;
    default: {
      const open = /^Flow (sequence|map)/.exec(error.message)?.[1];
      const [first, last] = open === 'map' ? ['{', '}'] : ['[', ']'];
      const message = open === undefined ? error.message : `A "${first}" before this has no "${last}" that ends it`;
      problems.add('bad-yaml', `${message}.`.replace(/([.:!?])\.$/, '$1'), span, { severity });
    }
  }
}
