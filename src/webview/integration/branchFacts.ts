import type { PanelWords } from '../../protocol/integrationWords';
import { element } from '../shared/dom';
import { format, plain, shortId } from '../shared/format';
import type { Matrix } from './matrix';

/** What was compared of one branch: which state, with or without uncommitted work, what was left out, when. */
export function branchFacts(matrix: Matrix, index: number, words: PanelWords): HTMLElement[] {
  const branch = matrix.branches[index];
  if (branch === undefined) return [];
  const { detail } = words;
  const state = branch.snapshot ?? branch.head;
  const facts = [
    state === null ? detail.stateUnknown : format(detail.state, shortId(state)),
    branch.worktree
      ? branch.dirty === true
        ? detail.withUncommitted
        : branch.dirty === false
          ? detail.committed
          : ''
      : detail.noWorktree,
    branch.changedFiles === null
      ? ''
      : branch.changedFiles === 1
        ? detail.changedOne
        : format(detail.changedMany, branch.changedFiles),
  ].filter((fact) => fact !== '');
  const looked = element('time', { datetime: branch.scannedAt ?? '' });
  const left = branch.leftOut.map(({ path, why }) => element('li', {}, `${plain(path)}: ${plain(why)}`));
  return [
    element(
      'div',
      { class: 'side' },
      element('h4', {}, plain(branch.ref)),
      branch.task === null ? null : element('p', { class: 'quiet' }, plain(branch.title ?? branch.task)),
      element('p', {}, facts.join(' · ')),
      element('p', {}, `${detail.looked} `, looked),
      left.length === 0 ? null : element('p', {}, detail.leftOut),
      left.length === 0 ? null : element('ul', {}, ...left),
    ),
  ];
}
