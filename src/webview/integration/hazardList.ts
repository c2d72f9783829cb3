import type { HazardActionName, PanelHazard } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import { hazardSign } from './looks';

export interface HazardEvents {
  act(action: HazardActionName, hazard: PanelHazard): void;
}

/** Hazards as a list: what is dangerous, where, what would have prevented it, and what can be done. */
export function hazardList(hazards: readonly PanelHazard[], words: PanelWords, events: HazardEvents): HTMLElement {
  return element('ul', { class: 'hazards' }, ...hazards.map((hazard) => item(hazard, words, events)));
}

function item(hazard: PanelHazard, words: PanelWords, events: HazardEvents): HTMLElement {
  const { hazards, actions } = words;
  const { id, muted } = hazard;
  const kind = hazards.kinds[hazard.kind];
  const button = (action: HazardActionName, label: string) => {
    const attributes = { 'data-key': `${action}:${id}`, 'aria-label': format(actions.ofFile, label, kind) };
    const made = element('button', { type: 'button', class: action, ...attributes }, label);
    made.addEventListener('click', () => events.act(action, hazard));
    return made;
  };
  const first = plain(hazard.files[0] ?? '');
  const place = hazard.line === null ? first : format(hazards.place, first, hazard.line);
  return element(
    'li',
    { class: muted === null ? 'hazard' : 'hazard muted' },
    element('span', { class: 'kind' }, `${hazardSign} ${kind}`),
    element('p', {}, plain(hazard.message)),
    first === '' ? null : element('span', { class: 'path', title: place }, place),
    hazard.prevention === null ? null : element('p', { class: 'quiet' }, plain(hazard.prevention)),
    muted === null ? null : element('p', { class: 'quiet' }, mutedWords(muted, words)),
    element(
      'span',
      { class: 'buttons' },
      first === '' ? null : button('open', actions.openHazard),
      muted === null ? button('mute', actions.mute) : button('unmute', actions.unmute),
    ),
  );
}

function mutedWords(muted: NonNullable<PanelHazard['muted']>, { hazards }: PanelWords): string {
  const reason = plain(muted.reason);
  return muted.who === null ? format(hazards.muted, reason) : format(hazards.mutedBy, plain(muted.who), reason);
}
