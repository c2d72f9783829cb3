import { type ChecklistItem, type ChecklistJson, checklistGroups } from '../contract/checklist';
import { printable } from './output';

const titles = {
  'pre-integration': 'Before the integration',
  'during-integration': 'During the integration',
  'post-integration': 'After the integration',
} as const;

/** The checklist for a terminal: the groups, their items with verdict and evidence, and how many pass. */
export function checklistText({ items }: ChecklistJson): string {
  const groups = checklistGroups.map((group) => {
    const own = items.filter((item) => item.group === group);
    return `${titles[group]}\n${own.map(itemText).join('')}\n`;
  });
  const passed = items.filter(({ verdict }) => verdict === 'pass').length;
  return `${groups.join('')}${passed} of ${items.length} pass\n`;
}

function itemText({ id, verdict, text, evidence, by, at }: ChecklistItem): string {
  const who = by === null || at === null || by === 'computed' ? '' : ` (${printable(by)}, ${at})`;
  return `  ${verdict.padEnd(5)}  ${id.padEnd(17)}  ${text}${who}\n         ${printable(evidence)}\n`;
}
