import type { AnswerVerdict, ChecklistItemId } from '../../contract/checklist';
import type { PanelChecklistItem } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import { element, setText } from '../shared/dom';
import { format } from '../shared/format';

/** As much as the host takes. */
const longestNote = 2000;

export interface AnswerEvents {
  answered(item: ChecklistItemId, verdict: AnswerVerdict, note: string): void;
  closed(item: ChecklistItemId): void;
}

/** Asks for a verdict and a note, in place. One for the whole list: what is typed stays while the list is redrawn. */
export class AnswerForm {
  readonly element = element('form', { class: 'answer' });
  readonly #words: PanelWords;
  readonly #events: AnswerEvents;
  readonly #note = element('input', { type: 'text', maxlength: longestNote, 'data-key': 'note' });
  readonly #problem = element('p', { class: 'problem', role: 'alert', id: 'answer-problem' });
  #item: PanelChecklistItem | null = null;

  constructor(words: PanelWords, events: AnswerEvents) {
    this.#words = words;
    this.#events = events;
    const { checklist } = words;
    const button = (verdict: AnswerVerdict | 'cancel', label: string) => {
      const made = element('button', { type: 'button', class: verdict, 'data-key': verdict }, label);
      made.addEventListener('click', () => (verdict === 'cancel' ? this.#close() : this.#answer(verdict)));
      return made;
    };
    const note = element('label', {}, element('span', {}, checklist.note), this.#note);
    const choices = [
      button('pass', checklist.pass),
      button('fail', checklist.fail),
      button('cancel', checklist.cancel),
    ];
    this.#note.setAttribute('aria-describedby', 'answer-problem');
    this.element.append(note, element('span', { class: 'buttons' }, ...choices), this.#problem);
    // Enter in the note is no verdict.
    this.element.addEventListener('submit', (event) => event.preventDefault());
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      this.#close();
    });
  }

  get item(): ChecklistItemId | null {
    return this.#item?.id ?? null;
  }

  open(item: PanelChecklistItem): void {
    if (this.#item?.id !== item.id) this.#note.value = '';
    this.#item = item;
    this.element.setAttribute('aria-label', format(this.#words.checklist.form, item.text));
    setText(this.#problem, '');
  }

  focus(): void {
    this.#note.focus();
  }

  close(): void {
    this.#item = null;
    this.#note.value = '';
    this.element.remove();
  }

  #close(): void {
    if (this.#item !== null) this.#events.closed(this.#item.id);
  }

  #answer(verdict: AnswerVerdict): void {
    const note = this.#note.value.trim();
    if (this.#item === null) return;
    if (verdict === 'fail' && note === '') {
      setText(this.#problem, this.#words.checklist.noteNeeded);
      this.#note.focus();
      return;
    }
    this.#events.answered(this.#item.id, verdict, note);
    this.#close();
  }
}
