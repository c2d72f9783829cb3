import type { PanelFilter, PanelSnapshot } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import { type Ages, time } from '../shared/ages';
import { element, fill, setAttribute, setText } from '../shared/dom';
import { format, plain } from '../shared/format';
import { groupId } from './axes';
import { hazardSign, signs } from './looks';
import type { Matrix } from './matrix';

export interface ToolbarEvents {
  refresh(): void;
  chooseRepository(id: string): void;
  filtered(filter: PanelFilter): void;
}

/** Counts, age, refresh, repository and filter. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #words: PanelWords;
  readonly #ages: Ages;
  readonly #counts = {
    clean: element('span', { class: 'count clean' }),
    conflict: element('span', { class: 'count conflict' }),
    unknown: element('span', { class: 'count unknown' }),
    hazards: element('span', { class: 'count hazards' }),
  };
  readonly #summary = element('div', { class: 'summary' });
  readonly #scanned = element('span', { class: 'quiet scanned' });
  readonly #refresh = element('button', { type: 'button', class: 'refresh' });
  readonly #repository = element('select');
  readonly #repositoryField: HTMLElement;
  readonly #text = element('input', { type: 'search', spellcheck: 'false', autocomplete: 'off' });
  readonly #trouble = element('input', { type: 'checkbox' });
  readonly #plan = element('select');
  readonly #planField: HTMLElement;
  readonly #filters: HTMLElement;

  constructor(words: PanelWords, ages: Ages, events: ToolbarEvents) {
    this.#words = words;
    this.#ages = ages;
    const { filter } = words;
    this.#text.placeholder = filter.placeholder;
    this.#text.setAttribute('aria-label', filter.text);
    this.#repositoryField = element('label', {}, element('span', {}, words.repository), this.#repository);
    this.#planField = element('label', {}, element('span', {}, filter.plan), this.#plan);
    const trouble = element('label', {}, this.#trouble, element('span', {}, filter.troubleOnly));
    this.#filters = element('div', { class: 'filters', role: 'search' }, this.#text, trouble, this.#planField);
    this.#summary.append(...[this.#counts.conflict, this.#counts.hazards, this.#counts.unknown, this.#counts.clean]);
    this.element = element(
      'header',
      {},
      this.#repositoryField,
      this.#summary,
      this.#scanned,
      this.#refresh,
      this.#filters,
    );
    this.#refresh.addEventListener('click', () => events.refresh());
    this.#repository.addEventListener('change', () => events.chooseRepository(this.#repository.value));
    const filtered = () => events.filtered(this.#filter());
    this.#text.addEventListener('input', filtered);
    this.#trouble.addEventListener('change', filtered);
    this.#plan.addEventListener('change', filtered);
  }

  #filter(): PanelFilter {
    const plan = this.#plan.value === '' ? null : this.#plan.value.slice(1);
    return { text: this.#text.value, troubleOnly: this.#trouble.checked, plan };
  }

  setFilter(filter: PanelFilter): void {
    if (this.#text.value !== filter.text) this.#text.value = filter.text;
    this.#trouble.checked = filter.troubleOnly;
    const value = filter.plan === null ? '' : `=${filter.plan}`;
    if (this.#plan.value !== value) this.#plan.value = value;
  }

  show(snapshot: PanelSnapshot, matrix: Matrix | null, filter: PanelFilter): void {
    fill(
      this.#repository,
      snapshot.repositories.map(({ id, name }) => [id, plain(name)]),
      snapshot.repository ?? '',
    );
    this.#repositoryField.hidden = snapshot.repositories.length < 2;
    const groups = matrix?.data.groups ?? [];
    fill(
      this.#plan,
      // A sign before each, because the group without a plan has an empty name.
      [
        ['', this.#words.filter.allPlans],
        ...groups.map((group) => [`=${groupId(group)}`, plain(group.title)] as const),
      ],
      filter.plan === null ? '' : `=${filter.plan}`,
    );
    this.#planField.hidden = groups.length < 2;
    this.#filters.hidden = matrix === null;
    this.#refresh.hidden = snapshot.repository === null;
    setText(this.#refresh, snapshot.busy ? this.#words.refreshing : this.#words.refresh);
    // Not `disabled`: that would take the keyboard away from who has just pressed it.
    setAttribute(this.#refresh, 'aria-disabled', snapshot.busy ? 'true' : null);
    this.#count(matrix);
  }

  #count(matrix: Matrix | null): void {
    const counts = matrix?.counts();
    this.#summary.hidden = matrix === null;
    const dangerous = counts?.hazards ?? 0;
    setText(
      this.#counts.hazards,
      dangerous === 0 ? '' : `${hazardSign} ${format(this.#words.summary.hazards, dangerous)}`,
    );
    for (const verdict of ['clean', 'conflict', 'unknown'] as const) {
      const said = counts === undefined ? '' : format(this.#words.summary[verdict], counts[verdict]);
      setText(this.#counts[verdict], said === '' ? '' : `${signs[verdict]} ${said}`);
    }
  }

  /** @param now milliseconds, on the host's clock */
  tick(matrix: Matrix | null, now: number): void {
    const scans = (matrix?.branches ?? []).flatMap(({ scannedAt }) => {
      const at = time(scannedAt);
      return at === null || scannedAt === null ? [] : [{ at, scannedAt }];
    });
    scans.sort((a, b) => a.at - b.at);
    const latest = this.#ages.ago(scans.at(-1)?.scannedAt ?? null, now);
    const oldest = this.#ages.ago(scans[0]?.scannedAt ?? null, now);
    setText(this.#scanned, latest === null ? '' : format(this.#words.scanned, latest));
    setAttribute(this.#scanned, 'title', oldest === null ? null : format(this.#words.oldestScan, oldest));
  }

  focusFilter(): void {
    this.#text.focus();
  }
}
