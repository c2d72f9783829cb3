import type { PanelWords } from '../../protocol/integrationWords';
import { element } from '../shared/dom';
import { hazardSign, signs } from './looks';

/** What the signs mean. */
export function legend({ legend: words }: PanelWords): HTMLElement {
  const entry = (sample: string, kind: string, meaning: string) =>
    element('li', {}, element('span', { class: `sample ${kind}`, 'aria-hidden': 'true' }, sample), ` ${meaning}`);
  return element(
    'ul',
    { class: 'legend', 'aria-label': words.title },
    entry(signs.clean, 'clean', words.clean),
    entry(`${signs.conflict}2`, 'conflict', words.conflict),
    entry(signs.unknown, 'unknown', words.unknown),
    entry(`${signs.clean}${hazardSign}2`, 'clean hazard', words.hazards),
    entry('↑ ←', '', words.direction),
    entry('', 'driver', words.driver),
    entry('', 'behind', words.behind),
    entry('●', '', words.dirty),
  );
}
