import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { idProblem, isValidId, mendId, suggestId } from '../../../src/core/plan/ids';
import { sampled } from '../support/sampled';

describe('ids', () => {
  it('accept what is safe as a file, folder and branch on every system', () => {
    for (const id of ['a', '0', 'api', 'activity-dashboard', 'a.b_c-d', 'x'.repeat(50), 'console', 'com10', 'locks']) {
      assert.equal(idProblem(id), null, id);
    }
  });

  const bad: readonly [name: string, id: string, reason: RegExp][] = [
    ['an empty one', '', /empty/],
    ['one with 51 characters', 'x'.repeat(51), /longer/],
    ['capital letters', 'Api', /capital/],
    ['a path upwards (../x)', '../x', /begin/],
    ['a slash', 'a/b', /other characters/],
    ['a backslash', 'a\\b', /other characters/],
    ['a space', 'a b', /other characters/],
    ['a newline at the end', 'a\n', /other characters/],
    ['quotes', 'a"b', /other characters/],
    ['a leading dash', '-rf', /begin/],
    ['a leading dot', '.hidden', /begin/],
    ['two dots', 'a..b', /two dots/],
    ['a dot at the end', 'a.', /ends in a dot/],
    ['.lock at the end', 'index.lock', /lock/],
    ['unicode', 'größe', /other characters/],
    ['a tilde, which separates plan and task', 'a~b', /other characters/],
    ['a Windows device name', 'con', /device/],
    ['a Windows device name with an extension', 'lpt1.x', /device/],
  ];
  for (const [name, id, reason] of bad) {
    it(`refuse ${name}`, () => {
      assert.match(idProblem(id) ?? 'nothing', reason);
      assert.equal(isValidId(id), false);
      assert.ok(isValidId(mendId(id)), `mended: ${mendId(id)}`);
    });
  }

  it('are suggested as short words of the prompt', () => {
    const cases: readonly [string, string][] = [
      ['Add a rate limiter to the login endpoint', 'add-rate-limiter-login-endpoint'],
      ['Please fix https://example.org/issue/1: the leak in src/db/pool.ts', 'fix-leak-src-db-pool-ts'],
      ['Fix the leak in src/db/pool.ts. It was introduced last week.', 'fix-leak-src-db-pool-ts'],
      ['# Dark mode\n\nWe need a toggle.', 'dark-mode'],
      ['Don’t panic on empty input', 'dont-panic-empty-input'],
      ['Größe übersetzen', 'grosse-ubersetzen'],
      ['Добавь тёмную тему', 'dobav-temnuyu-temu'],
      ['Πρόσθεσε σκούρο θέμα', 'prosthese-skoyro-thema'],
      ['实现登录', 'task'],
      ['🚀🚀', 'task'],
      ['', 'task'],
      ['Fix #123', 'fix-123'],
      ['con', 'con-task'],
      ['plan', 'plan-2'],
      [
        'refactor internationalizationandlocalizationframework',
        'refactor-internationalizationandlocalizat'.slice(0, 40),
      ],
    ];
    for (const [prompt, id] of cases) assert.equal(suggestId(prompt), id, prompt);
  });

  it('are suggested with a number when they are taken, without case', () => {
    assert.equal(suggestId('Dark mode', new Set(['dark-mode', 'Dark-Mode-2'])), 'dark-mode-3');
  });

  it('are suggested valid, short and free for any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.stringMatching(/^[a-zA-Z.\- \n]{0,80}$/),
      fc.constantFrom('con', 'nul.', 'aux.txt', 'readme', 'PLAN', 'x.lock', '...', '-', 'com1: do'),
    );
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (prompt, others) => {
        const taken = new Set(others.map((other) => suggestId(other)));
        const id = suggestId(prompt, taken);
        assert.ok(isValidId(id) && id.length <= 40 && !taken.has(id) && id !== 'plan' && id !== 'readme', id);
        const next = suggestId(prompt, new Set([...taken, id]));
        assert.ok(isValidId(next) && next.length <= 40 && next !== id, next);
        const mended = mendId(prompt, taken);
        assert.ok(isValidId(mended) && !taken.has(mended), mended);
      }),
      sampled(500),
    );
  });

  it('are mended with the least change', () => {
    const cases: readonly [string, string][] = [
      ['API', 'api'],
      ['My Task', 'my-task'],
      ['a..b', 'a.b'],
      ['x.lock', 'x'],
      ['_draft', 'draft'],
      ['nul', 'task-nul'],
    ];
    for (const [name, id] of cases) assert.equal(mendId(name), id);
    assert.equal(mendId('API', new Set(['api'])), 'api-2');
  });
});
