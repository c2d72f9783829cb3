import type { PanelState, ToPanel } from '../../protocol/integration';
import { isNumber, isRecord, isText, isTexts } from '../shared/host';

/**
 * The message, if it is one of ours. What is inside of a snapshot was made by the host of the same build; that its
 * parts are there is looked at, so that a stray message of someone else's shows nothing.
 */
export function toPanel(data: unknown): ToPanel | null {
  if (!isRecord(data)) return null;
  if (data.kind === 'reveal' && (data.ref === null || isText(data.ref))) return { kind: 'reveal', ref: data.ref };
  if (data.kind !== 'snapshot' || !isRecord(data.snapshot)) return null;
  const { repositories, empty, matrix, now, checklists } = data.snapshot;
  const lists = [repositories, checklists].every(Array.isArray);
  const fits = isText(now) && lists && (empty === null || isRecord(empty)) && isMatrix(matrix);
  return fits ? (data as unknown as ToPanel) : null;
}

function isMatrix(value: unknown): boolean {
  if (value === null) return true;
  if (!isRecord(value)) return false;
  const { groups, branches, pairs, againstBase, cells, files, hazards, train, by } = value;
  const lists = [groups, branches, pairs, againstBase, cells, files, hazards, train];
  if (!lists.every(Array.isArray) || !isRecord(by)) return false;
  const rows = pairs as unknown[];
  return (
    rows.length === (branches as unknown[]).length &&
    rows.every((row, index) => Array.isArray(row) && row.length === index && row.every(isNumber))
  );
}

export const firstState: PanelState = {
  repository: null,
  filter: { text: '', troubleOnly: false, plan: null },
  collapsed: [],
  focus: null,
  scroll: { left: 0, top: 0 },
  checklist: null,
};

/** Where the reader was, as far as what was kept can be read; another build may have kept it. */
export function panelState(kept: unknown): PanelState {
  if (!isRecord(kept)) return firstState;
  const { repository, filter, collapsed, focus, scroll, checklist } = kept;
  return {
    repository: isText(repository) ? repository : null,
    filter: isRecord(filter)
      ? {
          text: isText(filter.text) ? filter.text : '',
          troubleOnly: filter.troubleOnly === true,
          plan: isText(filter.plan) ? filter.plan : null,
        }
      : firstState.filter,
    collapsed: isTexts(collapsed) ? collapsed : [],
    focus:
      isRecord(focus) && isText(focus.row) && isText(focus.column) ? { row: focus.row, column: focus.column } : null,
    scroll:
      isRecord(scroll) && isNumber(scroll.left) && isNumber(scroll.top)
        ? { left: scroll.left, top: scroll.top }
        : firstState.scroll,
    checklist: isText(checklist) ? checklist : null,
  };
}
