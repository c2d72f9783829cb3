import type { PanelEmpty } from '../../protocol/panel';
import { element, setText } from './dom';

/** Why there is no matrix, and the one thing to do about it. */
export class EmptyState {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #text = element('p');
  readonly #progress = element('progress');
  readonly #remedy = element('button', { type: 'button', class: 'primary' });

  constructor(remedy: () => void) {
    this.element = element('section', { class: 'empty' }, this.#title, this.#text, this.#progress, this.#remedy);
    this.element.hidden = true;
    this.#remedy.addEventListener('click', remedy);
  }

  show(empty: PanelEmpty | null): void {
    this.element.hidden = empty === null;
    if (empty === null) return;
    setText(this.#title, empty.title);
    setText(this.#text, empty.text);
    this.#progress.hidden = !empty.waiting;
    this.#progress.setAttribute('aria-label', empty.title);
    this.#remedy.hidden = empty.remedy === null;
    setText(this.#remedy, empty.remedy ?? '');
  }
}
