import {
  type AnswerVerdict,
  type ChecklistItemId,
  type ChecklistVerdict,
  checklistGroups,
  type EvidenceLink,
} from '../../contract/checklist';
import type { PanelChecklist, PanelChecklistItem } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import type { Ages } from '../shared/ages';
import { element, setText } from '../shared/dom';
import { format, plain, shortId } from '../shared/format';
import { AnswerForm } from './answerForm';

const verdictSigns: Readonly<Record<ChecklistVerdict, string>> = { pass: '✓', fail: '✗', ask: '?', stale: '↻' };

export interface ChecklistEvents {
  /** Another plan's is to be shown. */
  chosen(plan: string): void;
  answered(plan: string, item: ChecklistItemId, verdict: AnswerVerdict, note: string): void;
  followed(link: EvidenceLink): void;
}

/** The integration checklist of one plan: verdicts with their evidence, and what a human answers in place. */
export class Checklist {
  readonly element = element('section', { class: 'checklist', 'aria-labelledby': 'checklist-title' });
  readonly #words: PanelWords;
  readonly #ages: Ages;
  readonly #events: ChecklistEvents;
  readonly #plans = element('select');
  readonly #planField: HTMLElement;
  readonly #score = element('span', { class: 'score' });
  readonly #list = element('div', { class: 'groups' });
  readonly #form: AnswerForm;
  #all: readonly PanelChecklist[] = [];
  #plan: string | null = null;
  /** What was drawn last, before its times became ages. */
  #shown: Node | null = null;

  constructor(words: PanelWords, ages: Ages, events: ChecklistEvents) {
    this.#words = words;
    this.#ages = ages;
    this.#events = events;
    this.#planField = element('label', {}, element('span', {}, words.filter.plan), this.#plans);
    const title = element('h2', { id: 'checklist-title' }, words.checklist.title);
    const head = element('div', { class: 'checklist-head' }, title, this.#score, this.#planField);
    this.#form = new AnswerForm(words, {
      answered: (item, verdict, note) => this.#answer(item, verdict, note),
      closed: (item) => this.#closed(item),
    });
    this.element.append(head, this.#list);
    this.#plans.addEventListener('change', () => events.chosen(this.#plans.value));
  }

  /** @param plan the one to show; the first where it is gone */
  show(all: readonly PanelChecklist[], plan: string | null): void {
    const other = this.#current?.plan;
    this.#all = all;
    this.#plan = plan;
    const shown = this.#current;
    if (other !== shown?.plan) this.#form.close();
    this.element.hidden = shown === null;
    if (shown === null) return;
    this.#showPlans(shown);
    const done = shown.items.filter(({ verdict }) => verdict === 'pass').length;
    setText(this.#score, format(this.#words.checklist.score, done, shown.items.length));
    this.#draw(shown);
  }

  /** Times become ages. @param now milliseconds, on the host's clock */
  tick(now: number): void {
    for (const time of this.element.querySelectorAll('time')) {
      setText(time, this.#ages.ago(time.getAttribute('datetime'), now) ?? this.#words.never);
    }
  }

  get #current(): PanelChecklist | null {
    return this.#all.find(({ plan }) => plan === this.#plan) ?? this.#all[0] ?? null;
  }

  #showPlans(shown: PanelChecklist): void {
    const options = this.#all.map(({ plan, title }) => element('option', { value: plan }, plain(title)));
    const made = element('select', {}, ...options);
    if (made.innerHTML !== this.#plans.innerHTML) this.#plans.replaceChildren(...options);
    this.#plans.value = shown.plan;
    this.#planField.hidden = this.#all.length < 2;
  }

  /** Only when something is another: what is typed into the form stays, and the focus where it is. */
  #draw(shown: PanelChecklist): void {
    const { groups } = this.#words.checklist;
    const drawn = checklistGroups.map((group) => {
      const items = shown.items.filter((item) => item.group === group).map((item) => this.#item(item));
      return element('div', { class: 'group' }, element('h3', {}, groups[group]), element('ul', {}, ...items));
    });
    const made = element('div', {}, ...drawn);
    if (this.#shown !== null && made.isEqualNode(this.#shown)) return;
    const active = document.activeElement;
    const key = active !== null && this.#list.contains(active) ? active.getAttribute('data-key') : null;
    this.#shown = made.cloneNode(true);
    this.#list.replaceChildren(...made.childNodes);
    this.#placeForm();
    if (key !== null) this.#focus(key);
  }

  #item(item: PanelChecklistItem): HTMLElement {
    const { checklist } = this.#words;
    const sign = element('span', { class: `sign ${item.verdict}`, 'aria-hidden': 'true' }, verdictSigns[item.verdict]);
    const buttons = [...item.links.map((each, index) => this.#link(item, each, index)), ...this.#answerButtons(item)];
    return element(
      'li',
      { class: `item ${item.verdict}`, 'data-item': item.id },
      element('p', {}, sign, ' ', item.text, ' ', element('span', { class: 'said' }, checklist.verdicts[item.verdict])),
      element('p', { class: 'quiet' }, plain(item.evidence)),
      this.#provenance(item),
      buttons.length === 0 ? null : element('span', { class: 'buttons' }, ...buttons),
    );
  }

  #link(item: PanelChecklistItem, { link, label }: PanelChecklistItem['links'][number], index: number): HTMLElement {
    const attributes = { type: 'button', class: 'link', 'data-key': `link:${item.id}:${index}` };
    const button = element('button', attributes, plain(label));
    button.addEventListener('click', () => this.#events.followed(link));
    return button;
  }

  #answerButtons(item: PanelChecklistItem): HTMLElement[] {
    const { checklist, actions } = this.#words;
    const button = (key: string, label: string, run: () => void) => {
      const name = format(actions.ofFile, label, item.text);
      const made = element('button', { type: 'button', 'data-key': `${key}:${item.id}`, 'aria-label': name }, label);
      made.addEventListener('click', run);
      return made;
    };
    return [
      ...(item.answerable ? [button('answer', checklist.answer, () => this.#open(item))] : []),
      ...(item.answered ? [button('takeBack', checklist.takeBack, () => this.#answer(item.id, 'ask', ''))] : []),
    ];
  }

  /** Who said it when, of which commits. */
  #provenance({ by, at, answered, commits }: PanelChecklistItem): HTMLElement | null {
    const { checklist } = this.#words;
    if (by === null) return null;
    const states = commits.map(({ ref, commit }) => format(checklist.commit, plain(ref), shortId(commit))).join(', ');
    const who = answered && by !== 'computed' ? format(checklist.by, plain(by)) : checklist.computed;
    return element(
      'p',
      { class: 'quiet' },
      who,
      at === null || by === 'computed' ? null : ' ',
      at === null || by === 'computed' ? null : element('time', { datetime: at }),
      states === '' ? null : ` · ${states}`,
    );
  }

  #open(item: PanelChecklistItem): void {
    this.#form.open(item);
    this.#placeForm();
    this.#form.focus();
  }

  /** Below the item that it answers; without that item it is closed. */
  #placeForm(): void {
    const { item } = this.#form;
    if (item === null) return;
    const place = this.#list.querySelector(`[data-item="${item}"]`);
    if (place === null) this.#form.close();
    else place.append(this.#form.element);
  }

  #answer(item: ChecklistItemId, verdict: AnswerVerdict, note: string): void {
    const plan = this.#current?.plan;
    if (plan !== undefined) this.#events.answered(plan, item, verdict, note);
  }

  #closed(item: ChecklistItemId): void {
    this.#form.close();
    this.#focus(`answer:${item}`);
  }

  #focus(key: string): void {
    const all = [...this.#list.querySelectorAll<HTMLElement>('[data-key]')];
    all.find((each) => each.getAttribute('data-key') === key)?.focus();
  }
}
