import type { CellActionName, HazardActionName, PanelFile, PanelHazard } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import type { Ages } from '../shared/ages';
import { element, setText } from '../shared/dom';
import { format, plain } from '../shared/format';
import type { Line } from './axes';
import { branchFacts } from './branchFacts';
import { hazardList } from './hazardList';
import { cellsBetween, nameOf, refOf, signs } from './looks';
import type { Matrix, Seen } from './matrix';

/** A cell by its branches; `b` null is the base. */
export interface CellNames {
  readonly a: string;
  readonly b: string | null;
}

export interface DetailEvents {
  act(action: CellActionName, cell: CellNames, file: PanelFile | null): void;
  actOn(action: HazardActionName, hazard: PanelHazard): void;
  expand(line: Line): void;
  /** Escape: back to the cell. */
  left(): void;
}

/** At most this many cells of a folded group are listed. */
const mostCells = 20;

/** What the focused or hovered cell is about, and what can be done with it. Ages tick without anything being redrawn. */
export class Detail {
  readonly element = element('section', { class: 'detail', 'aria-labelledby': 'detail-title' });
  readonly #words: PanelWords;
  readonly #ages: Ages;
  readonly #events: DetailEvents;
  /** What was drawn last, before its times became ages. */
  #shown: Node | null = null;

  constructor(words: PanelWords, ages: Ages, events: DetailEvents) {
    this.#words = words;
    this.#ages = ages;
    this.#events = events;
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      events.left();
    });
  }

  /** Takes the keyboard to the first thing that can be done. @returns whether there is one */
  focusFirst(): boolean {
    const first = this.element.querySelector('button');
    first?.focus();
    return first !== null;
  }

  /** Draws anew only when something other than the ages changed; a focused button stays focused. */
  show(matrix: Matrix | null, row: Line | null, column: Line | null): void {
    const parts = matrix === null || row === null || column === null ? null : this.#parts(matrix, row, column);
    const drawn = parts ?? [element('p', { class: 'quiet' }, this.#words.detail.nothing)];
    const title = element(
      'h2',
      { id: 'detail-title', class: parts === null ? 'unseen' : '' },
      this.#title(matrix, row, column),
    );
    const made = element('div', {}, title, ...drawn);
    if (this.#shown !== null && made.isEqualNode(this.#shown)) return;
    const active = document.activeElement;
    const key = active !== null && this.element.contains(active) ? active.getAttribute('data-key') : null;
    this.#shown = made.cloneNode(true);
    this.element.replaceChildren(...made.childNodes);
    if (key !== null) this.#refocus(key);
  }

  #refocus(key: string): void {
    const buttons = [...this.element.querySelectorAll('button')];
    const same = buttons.find((button) => button.getAttribute('data-key') === key);
    if (same !== undefined) same.focus();
    else this.#events.left();
  }

  /** Times become ages. @param now milliseconds, on the host's clock */
  tick(now: number): void {
    for (const time of this.element.querySelectorAll('time')) {
      const ago = this.#ages.ago(time.getAttribute('datetime'), now);
      setText(time, ago ?? this.#words.never);
    }
  }

  #title(matrix: Matrix | null, row: Line | null, column: Line | null): string {
    if (matrix === null || row === null || column === null) return this.#words.detail.title;
    if (row.key === column.key) return nameOf(matrix, row);
    const sentence = column.kind === 'base' ? this.#words.cell.pairOfBase : this.#words.cell.pair;
    return format(sentence, nameOf(matrix, row), columnName(matrix, row, column));
  }

  #parts(matrix: Matrix, row: Line, column: Line): HTMLElement[] {
    if (row.kind !== 'branch' || column.kind === 'group') return this.#group(matrix, row, column);
    const other = column.kind === 'branch' ? column.branch : null;
    const seen = other === null ? matrix.againstBase(row.branch) : matrix.pair(row.branch, other);
    const sides = other === null || other === row.branch ? [row.branch] : [row.branch, other];
    const facts = sides.flatMap((side) => [
      ...branchFacts(matrix, side, this.#words),
      ...this.#ownHazards(matrix, side),
    ]);
    const compared = element('h3', {}, this.#words.detail.compared);
    if (seen === null) return [element('p', { class: 'quiet' }, this.#words.detail.self), ...facts];
    const names: CellNames = {
      a: matrix.branches[row.branch]?.ref ?? '',
      b: other === null ? null : (matrix.branches[other]?.ref ?? ''),
    };
    return [
      ...this.#verdict(matrix, row.branch, columnName(matrix, row, column), other, seen),
      this.#files(matrix, names, seen),
      ...this.#hazards(matrix, seen),
      this.#actions(matrix, names, seen, sides),
      compared,
      ...facts,
      this.#by(matrix),
    ].filter((part) => part !== null);
  }

  #verdict(matrix: Matrix, row: number, other: string, column: number | null, seen: Seen): HTMLElement[] {
    const { detail, reasons } = this.#words;
    const { cell } = seen;
    const said = {
      clean: detail.clean,
      conflict: detail.conflict,
      unknown: cell.reason === null ? detail.unknown : `${detail.unknown} ${reasons[cell.reason].text}.`,
    }[cell.verdict];
    const name = refOf(matrix, row);
    const later = column === null || row > column;
    const rowOnly = cell.direction === (later ? 'later-into-earlier' : 'earlier-into-later');
    const remarks = [
      cell.reason === null ? '' : reasons[cell.reason].advice,
      cell.detail === null ? '' : format(detail.about, plain(cell.detail)),
      cell.direction === null ? '' : format(detail.onlyInto, rowOnly ? name : other, rowOnly ? other : name),
      cell.driver === null ? '' : format(detail.driver, plain(cell.driver)),
      seen.behind ? detail.behind : '',
    ].filter((remark) => remark !== '');
    const sign = element('span', { class: `sign ${cell.verdict}`, 'aria-hidden': 'true' }, signs[cell.verdict]);
    return [
      element('p', { class: 'verdict' }, sign, ` ${said}`),
      ...remarks.map((remark) => element('p', { class: 'remark' }, remark)),
    ];
  }

  /** What is dangerous about a clean merge. */
  #hazards(matrix: Matrix, { cell }: Seen): HTMLElement[] {
    const { hazards: words } = this.#words;
    if (cell.verdict !== 'clean') return [];
    if (cell.hazards === null) return [element('p', { class: 'quiet' }, words.notJudged)];
    if (cell.hazards.length === 0) return [element('p', { class: 'quiet' }, words.none)];
    return [element('h3', {}, words.title), this.#hazardList(matrix, cell.hazards)];
  }

  #ownHazards(matrix: Matrix, index: number): HTMLElement[] {
    const { hazards: words, detail } = this.#words;
    const branch = matrix.branches[index];
    if (branch === undefined) return [];
    const unjudged = branch.unjudged.map(({ path, why }) => element('li', {}, `${plain(path)}: ${plain(why)}`));
    const rest = branch.unjudgedCount - unjudged.length;
    if (rest > 0) unjudged.push(element('li', {}, format(detail.more, rest)));
    return [
      ...(branch.hazards.length === 0
        ? []
        : [element('h4', {}, words.ofBranch), this.#hazardList(matrix, branch.hazards)]),
      ...(unjudged.length === 0 ? [] : [element('p', {}, words.unjudged), element('ul', {}, ...unjudged)]),
    ];
  }

  #hazardList(matrix: Matrix, indexes: readonly number[]): HTMLElement {
    const act = (action: HazardActionName, hazard: PanelHazard) => this.#events.actOn(action, hazard);
    return hazardList(matrix.hazards(indexes), this.#words, { act });
  }

  #files(matrix: Matrix, names: CellNames, { cell }: Seen): HTMLElement | null {
    if (cell.files.length === 0) return null;
    const { detail } = this.#words;
    const items = matrix.files(cell.files).map((file) => this.#file(names, file));
    const rest = cell.fileCount - cell.files.length;
    if (rest > 0) items.push(element('li', { class: 'quiet' }, format(detail.more, rest)));
    const head = cell.fileCount === 1 ? detail.filesOne : format(detail.filesMany, cell.fileCount);
    return element('div', {}, element('h3', {}, head), element('ul', { class: 'files' }, ...items));
  }

  #file(names: CellNames, file: PanelFile): HTMLElement {
    const { actions, kinds, who, resolutions, candidate } = this.#words;
    const path = plain(file.path);
    const resolver = file.who === null ? '' : who[file.who];
    const facts = [
      kinds[file.kind],
      file.type === null ? '' : resolutions[file.type],
      resolver !== '' && file.candidate ? format(candidate, resolver) : resolver,
      plain(file.strategy ?? ''),
    ];
    const button = (action: 'openFile' | 'previewResult') =>
      this.#button(action, actions[action], () => this.#events.act(action, names, file), {
        'aria-label': format(actions.ofFile, actions[action], path),
        'data-key': `${action}:${file.path}:${file.pathBytes ?? ''}`,
      });
    return element(
      'li',
      {},
      element('span', { class: 'path', title: path }, path),
      element('span', { class: 'quiet' }, facts.filter((fact) => fact !== '').join(' · ')),
      element('span', { class: 'buttons' }, button('openFile'), button('previewResult')),
    );
  }

  #actions(matrix: Matrix, names: CellNames, { cell }: Seen, sides: readonly number[]): HTMLElement {
    const { actions } = this.#words;
    const worktrees = sides.filter((side) => matrix.branches[side]?.worktree === true).length;
    const offered: [CellActionName, string][] = [['prove', actions.prove]];
    if (worktrees > 0) offered.push(['openWorktrees', worktrees === 1 ? actions.openWorktree : actions.openWorktrees]);
    if (cell.verdict === 'conflict') offered.push(['copyMessage', actions.copyMessage]);
    const buttons = offered.map(([action, label]) =>
      this.#button(action, label, () => this.#events.act(action, names, null), { 'data-key': action }),
    );
    return element('div', { class: 'buttons actions', role: 'group', 'aria-label': actions.title }, ...buttons);
  }

  #button(kind: string, label: string, run: () => void, more: Readonly<Record<string, string>>): HTMLButtonElement {
    const button = element('button', { type: 'button', class: kind, ...more }, label);
    button.addEventListener('click', run);
    return button;
  }

  #group(matrix: Matrix, row: Line, column: Line): HTMLElement[] {
    const { detail, cell } = this.#words;
    const cells = cellsBetween(matrix, row, column);
    const trouble = cells.filter(([, , { cell }]) => cell.verdict !== 'clean' || cell.hazardCount > 0);
    const items = trouble.slice(0, mostCells).map(([a, b, seen]) => {
      const other = b === null ? (matrix.againstBase(a)?.base ?? '') : refOf(matrix, b);
      const name = format(b === null ? cell.pairOfBase : cell.pair, refOf(matrix, a), plain(other));
      return element('li', {}, `${signs[seen.cell.verdict]} ${name}`);
    });
    const of = (verdict: 'clean' | 'conflict' | 'unknown') =>
      cells.filter(([, , seen]) => seen.cell.verdict === verdict).length;
    const counts = format(cell.collapsedCounts, of('conflict'), of('unknown'), of('clean'));
    if (trouble.length > mostCells) items.push(element('li', {}, format(detail.more, trouble.length - mostCells)));
    const folded = [row, column].find((line) => line.kind === 'group' && line.collapsed);
    const expand =
      folded === undefined
        ? null
        : this.#button('expand', detail.expand, () => this.#events.expand(folded), { 'data-key': 'expand' });
    return [
      element('p', {}, counts),
      items.length === 0 ? null : element('ul', { class: 'files' }, ...items),
      expand === null ? null : element('div', { class: 'buttons' }, expand),
    ].filter((part) => part !== null);
  }

  #by(matrix: Matrix): HTMLElement {
    const { pid, window, version } = matrix.data.by;
    const { detail } = this.#words;
    const who =
      window === null ? format(detail.byCommandLine, pid, version) : format(detail.by, plain(window), pid, version);
    return element('p', { class: 'quiet' }, who);
  }
}

/** The base differs from branch to branch. */
function columnName(matrix: Matrix, row: Line, column: Line): string {
  if (column.kind !== 'base' || row.kind !== 'branch') return nameOf(matrix, column);
  return plain(matrix.againstBase(row.branch)?.base ?? matrix.data.base ?? '');
}
