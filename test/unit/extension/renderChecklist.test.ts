import { strict as assert } from 'node:assert';
import { type ChecklistItem, type ChecklistVerdict, checklistItems } from '../../../src/contract/checklist';
import { panelChecklist } from '../../../src/extension/integration/renderChecklist';
import { t } from './rows';

function item(index: number, verdict: ChecklistVerdict, changes: Partial<ChecklistItem> = {}): ChecklistItem {
  const { id, group, text } = checklistItems[index] ?? checklistItems[0];
  return { id, group, text, verdict, evidence: 'Seen.', links: [], by: 'computed', at: null, commits: [], ...changes };
}

function shown(...items: ChecklistItem[]) {
  const names = { hazards: [], rows: [{ plan: 'p', task: 'api', title: 'The API' }] };
  return panelChecklist({ plan: 'p', items, commits: [], untold: [] }, null, names, t);
}

describe('what the panel gets of a checklist', () => {
  it('may be answered by a human, unless it was computed to fail', () => {
    const answered = { by: 'Ada', at: '2026-01-01T00:00:00.000Z' };
    const { items } = shown(item(0, 'pass'), item(1, 'fail'), item(2, 'ask', { by: null }), item(3, 'fail', answered));
    assert.deepEqual(
      items.map(({ answerable, answered: was }) => [answerable, was]),
      [
        [true, false],
        [false, false],
        [true, false],
        [true, true],
      ],
    );
  });

  it('names what its evidence leads to, on one line each', () => {
    const { title, items } = shown(
      item(0, 'ask', {
        links: [
          { kind: 'pair', a: 'agent/a', b: 'agent/b\n' },
          { kind: 'task', plan: 'p', task: 'api' },
          { kind: 'task', plan: 'p', task: 'gone' },
          { kind: 'hazard', id: 'abc' },
        ],
      }),
    );
    assert.equal(title, 'p');
    const labels = items[0]?.links.map(({ label }) => label) ?? [];
    assert.deepEqual(labels.slice(1), ['The API', 'gone', 'abc']);
    assert.match(labels[0] ?? '', /^agent\/a × agent\/b[^\n]*$/);
  });
});
