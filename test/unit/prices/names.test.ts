import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { canonicalName, matchesGlob, modelNames } from '../../../src/core/prices/names';
import { priceTable } from '../../../src/core/prices/table/table';
import { sampled } from '../support/sampled';

describe('prices: names of models', () => {
  const same: readonly (readonly [string, readonly string[]])[] = [
    [
      'claude-sonnet-4-5',
      [
        'claude-sonnet-4-5-20250929',
        'anthropic/claude-sonnet-4-5',
        'anthropic/claude-sonnet-4.5',
        'openrouter/anthropic/claude-sonnet-4.5',
        'vertex_ai/claude-sonnet-4-5@20250929',
        'claude-sonnet-4-5@20250929',
        'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
        'bedrock/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
        'anthropic.claude-sonnet-4-5-20250929-v1:0',
        'claude-sonnet-4-5[1m]',
        'claude-sonnet-4-5-20250929[1m]',
        'claude-sonnet-4-5-latest',
        'CLAUDE-Sonnet-4-5',
        ' claude-sonnet-4-5\n',
        'github_copilot/claude-sonnet-4.5',
        'publishers/anthropic/models/claude-sonnet-4-5',
      ],
    ],
    [
      'claude-opus-5-5',
      ['claude-opus-5-5[1m]', 'us.anthropic.claude-opus-5-5-v1', 'claude-opus-5.5', 'claude-opus-5-5@default'],
    ],
    [
      'claude-3-5-sonnet',
      ['claude-3-5-sonnet-20241022', 'claude-3.5-sonnet', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ],
    ['gpt-5', ['gpt-5-2025-08-07', 'openai/gpt-5', 'azure/gpt-5-2025-08-07']],
    ['gpt-6.1-sol', ['gpt-6.1-sol-2026-09-29', 'opencode/gpt-6.1-sol']],
    ['gemini-2.5-pro-preview', ['gemini-2.5-pro-preview-05-06', 'gemini/gemini-2.5-pro-preview-06-05']],
    ['gemini-2.0-flash', ['gemini-2.0-flash-001', 'vertex_ai/gemini-2.0-flash-001', 'models/gemini-2.0-flash']],
    ['codex-mini', ['codex-mini-latest']],
  ];
  for (const [name, spellings] of same) {
    it(`${name} goes by ${spellings.length} more names`, () => {
      for (const spelling of [name, ...spellings]) assert.equal(canonicalName(spelling), name, spelling);
    });
  }

  it('guesses nothing: what no rule covers is another model', () => {
    const others = [
      'claude-sonnet-4-5-thinking',
      'claude-sonnet-4-50',
      'my-claude-sonnet-4-5',
      'groq/claude-sonnet-4-5',
      'claude-sonnet-4-5-20259999',
      'claude-sonnet-4-5:free',
      'gpt-5-high',
      'gpt-5.1',
    ];
    for (const other of others) {
      assert.notEqual(canonicalName(other), 'claude-sonnet-4-5', other);
      assert.notEqual(canonicalName(other), 'gpt-5', other);
    }
  });

  it('the name as the record has it comes first', () => {
    assert.deepEqual(modelNames('anthropic/claude-sonnet-4-5-20250929'), [
      'anthropic/claude-sonnet-4-5-20250929',
      'claude-sonnet-4-5-20250929',
      'claude-sonnet-4-5',
    ]);
  });

  it('every name in the table is its own short form', () => {
    for (const { model } of priceTable) assert.equal(canonicalName(model), model);
  });

  it('Bad input: names that are none', () => {
    for (const none of ['', '  ', '\n', 'x'.repeat(201), 'x'.repeat(10_000_000)])
      assert.equal(canonicalName(none), null);
    for (const odd of ['__proto__', 'constructor', '/', '//', 'anthropic/', '\0', '[1m]', '@default', '-latest']) {
      assert.doesNotThrow(() => modelNames(odd));
    }
  });

  it('a short form has no shorter one', () => {
    const part = fc.constantFrom(
      'claude',
      '-',
      '4',
      '.',
      '5',
      '/',
      'anthropic',
      'us.',
      '[1m]',
      '@20250929',
      '-latest',
      'gpt',
      ':0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          const names = modelNames(text);
          assert.equal(new Set(names).size, names.length);
          for (const name of names) assert.ok(name.length > 0 && name.length <= text.length);
        },
      ),
      sampled(500),
    );
  });

  it('globs: a star stands for anything', () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['claude-opus-5', 'claude-*', true],
      ['claude-opus-5', '*opus*', true],
      ['claude-opus-5', '*', true],
      ['claude-opus-5', 'CLAUDE-opus-5', true],
      ['claude-opus-5', 'claude-*-5', true],
      ['claude-opus-5', 'claude-opus-5*5', false],
      ['claude-opus-5', 'opus', false],
      ['aba', 'ab*ba', false],
      ['us.anthropic.claude', 'us.*', true],
      ['usxanthropic', 'us.*', false],
    ];
    for (const [name, glob, expected] of cases) assert.equal(matchesGlob(name, glob), expected, `${name} ${glob}`);
  });

  it('Bad input: a glob made to take for ever', () => {
    const began = performance.now();
    assert.equal(matchesGlob('a'.repeat(200), `${'*a'.repeat(100)}*b`), false);
    assert.ok(performance.now() - began < 5_000);
  });
});
