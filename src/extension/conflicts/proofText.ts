import type { Cell } from '../../contract/conflicts';
import type { Proof, ProofStep } from '../../core/conflicts/prove/provePair';
import { oneLine, size, type Translate } from '../words';

/** What the document about a proof says around git's own words. */
export interface ProofFacts {
  readonly proof: Proof;
  readonly cell: Cell;
  /** null: one of both does not know. */
  readonly agrees: boolean | null;
  readonly at: Date;
  /** Sides of which uncommitted work took part. */
  readonly uncommitted: readonly string[];
}

/** The proof as a plain text: what was run, and all that git said. */
export function proofText(t: Translate, facts: ProofFacts): string {
  const { proof, cell, agrees } = facts;
  const { a, b } = proof;
  const states = [a, b].map(({ ref, commit }) => {
    const more = facts.uncommitted.includes(ref) ? ` ${t('(with its uncommitted work)')}` : '';
    return `  ${oneLine(ref)} = ${commit}${more}`;
  });
  const head = [
    t('The real merge of {0} and {1}, {2}', oneLine(a.ref), oneLine(b.ref), facts.at.toISOString()),
    ...states,
    '',
    t(
      'Merged in a scratch copy ({0} files, {1}) with the configuration, attributes and merge drivers of the repository.',
      proof.size.files,
      size(proof.size.bytes),
    ),
    t('No hooks ran there. Your repository was only read; the copy is removed.'),
    '',
    `${t('Git says: {0}', verdictWords(t, proof))}`,
    `${t('The matrix says: {0}', verdictWords(t, cell))}`,
    agreement(t, agrees),
  ];
  const merges = proof.merges.map(({ ours, theirs, steps, verdict }) => {
    const title = t('{0} merged into {1}: {2}', theirs, ours, verdictWords(t, { verdict, direction: null }));
    return `\n=== ${title}\n\n${steps.map((step) => stepText(t, step)).join('\n')}`;
  });
  return `${head.join('\n')}\n${merges.join('')}`;
}

function stepText(t: Translate, { command, exit, output }: ProofStep): string {
  const said = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  const code = exit === 0 ? '' : `${t('(exit code {0})', exit)}\n`;
  return `$ ${command.join(' ')}\n${said}${code}`;
}

function verdictWords(t: Translate, { verdict, direction }: Pick<Cell, 'verdict' | 'direction'>): string {
  if (verdict === 'clean') return t('clean');
  if (verdict === 'unknown') return t('unknown');
  return direction === null ? t('conflict') : t('conflict, in one direction only');
}

function agreement(t: Translate, agrees: boolean | null): string {
  if (agrees === null) return t('So nothing can be said about the cell.');
  return agrees ? t('The cell is right.') : t('The cell is wrong: it is computed anew, and the log says more.');
}
