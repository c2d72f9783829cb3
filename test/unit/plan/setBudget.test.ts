import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Budget } from '../../../src/contract/plan';
import { parseTaskText } from '../../../src/core/plan/parse';
import { withBudget } from '../../../src/core/plan/setBudget';
import { sampled } from '../support/sampled';

const set = (text: string, budget: Budget | null) => withBudget(text, 'a.md', budget);
const refused = (text: string, budget: Budget | null, why: RegExp) =>
  assert.throws(() => set(text, budget), { name: 'PlanError', reason: 'cannot-edit', message: why });

describe('plan: setting a budget in a text', () => {
  it('adds it below the last key', () => {
    assert.equal(set('---\ntitle: A\n---\nDo it.\n', { usd: 5 }), '---\ntitle: A\nbudget: { usd: 5 }\n---\nDo it.\n');
    assert.equal(
      set('---\ntitle: A # why\ncontext: |\n  text\n\n---\nDo it.', { usd: 0.5, tokens: 20_000 }),
      '---\ntitle: A # why\ncontext: |\n  text\n\nbudget: { usd: 0.5, tokens: 20000 }\n---\nDo it.',
    );
    assert.equal(set('---\n---\n', { tokens: 7 }), '---\nbudget: { tokens: 7 }\n---\n');
    assert.equal(set('---\n\n---\n', { tokens: 7 }), '---\n\nbudget: { tokens: 7 }\n---\n');
    assert.equal(set('---\n  title: A\n---\n', { usd: 5 }), '---\n  title: A\n  budget: { usd: 5 }\n---\n');
  });

  it('keeps line ends and a byte order mark', () => {
    assert.equal(
      set('\uFEFF---\r\ntitle: A\r\n---\r\nDo it.\r\n', { usd: 5 }),
      '\uFEFF---\r\ntitle: A\r\nbudget: { usd: 5 }\r\n---\r\nDo it.\r\n',
    );
    assert.equal(
      set('\uFEFF---\r\nbudget: {usd: 5}\r\ntitle: A\r\n---\r\nDo\nit.\r', { usd: 15 }),
      '\uFEFF---\r\nbudget: {usd: 15}\r\ntitle: A\r\n---\r\nDo\nit.\r',
    );
  });

  it('changes only the number where the same is limited as before', () => {
    const text = '---\nbudget: # all of it\n  tokens: 100   # few\n\n  usd:  5.00\ntitle: A\n---\n';
    assert.equal(set(text, { usd: 6, tokens: 100 }), text.replace('5.00', '6'));
    assert.equal(set(text, { usd: 5, tokens: 100 }), text, 'nothing to do');
    assert.equal(set(text, { usd: 7, tokens: 900 }), text.replace('5.00', '7').replace('100', '900'));
  });

  it('writes the value anew where something else is limited, unless a comment would be lost', () => {
    assert.equal(
      set('---\nbudget:\n  usd: 5\ntitle: A\n---\n', { tokens: 9 }),
      '---\nbudget: { tokens: 9 }\ntitle: A\n---\n',
    );
    refused('---\nbudget:\n  usd: 5 # enough\n  tokens: 5\ntitle: A\n---\n', { tokens: 9 }, /comment/);
    refused('---\nbudget: { usd: 5 } # enough\n---\n', null, /comment/);
  });

  it('takes it away', () => {
    assert.equal(set('---\ntitle: A\nbudget:\n  usd: 5\nwip: 1\n---\n', null), '---\ntitle: A\nwip: 1\n---\n');
    assert.equal(set('---\nbudget: { usd: 5 }\n---\nDo.\n', {}), '---\n---\nDo.\n');
    assert.equal(set('---\ntitle: A\n---\n', null), '---\ntitle: A\n---\n');
  });

  it('refuses what it cannot edit alone', () => {
    refused('no front matter\n', { usd: 5 }, /errors/);
    refused('---\ntitle: [\n---\n', { usd: 5 }, /errors/);
    refused('---\n{ title: A }\n---\n', { usd: 5 }, /something else/);
    refused('---\nbudget: &b { usd: 5 }\nother: *b\n---\n', { tokens: 5 }, /something else/);
    refused('---\nbudget: &b { usd: 5 }\nother: *b\n---\n', { usd: 6 }, /something else/);
  });

  it('leaves every other byte as it is', () => {
    const line = fc.constantFrom(
      'title: "A: b"',
      'scope: [src/**, "test/**"]',
      'context:\n  - one\n  - |\n    two\n\n    three',
      '# a comment',
      '',
      'verify: >-\n  folded\n  text',
      "title2: 'it''s'",
    );
    const budget = fc.constantFrom(
      '',
      'budget: { usd: 5 }',
      'budget:\n  tokens: 10\n  usd: 1e1',
      'budget: {tokens: 7,usd: 2 }',
      '"budget":   { "usd": 3 }',
      'budget:',
    );
    const wanted = fc.constantFrom<Budget | null>(null, { usd: 1.25 }, { tokens: 9 }, { usd: 3, tokens: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { maxLength: 5 }),
        budget,
        fc.uniqueArray(line, { maxLength: 3 }),
        wanted,
        fc.constantFrom('\n', '\r\n'),
        (above, own, below, to, lineEnd) => {
          const keys = new Set(above);
          const parts = [...above, own, ...below.filter((each) => !keys.has(each))];
          const text = ['---', ...parts, '---', '', 'Do it.', ''].join('\n').replaceAll('\n', lineEnd);
          let edited: string;
          try {
            edited = set(text, to);
          } catch {
            return; // refused: as good
          }
          const [was, is] = [parseTaskText(text, 'a.md', ref), parseTaskText(edited, 'a.md', ref)];
          assert.deepEqual(is.fields.budget, to ?? undefined);
          assert.deepEqual({ ...is.fields, budget: null }, { ...was.fields, budget: null });
          for (const each of parts) {
            if (each !== own && each !== '') assert.ok(edited.includes(each.replaceAll('\n', lineEnd)), each);
          }
          assert.equal(set(edited, to), edited);
        },
      ),
      sampled(300),
    );
  });
});

const ref = { plan: 'p', task: 'a' };
