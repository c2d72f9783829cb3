import { strict as assert } from 'node:assert';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { type BriefParts, composeBrief, fence } from '../../../src/core/agents/brief';
import { contractPaths } from '../../../src/core/agents/demo/agent';
import { sampled } from '../support/sampled';

const ref = { plan: 'dash', task: 'db-layer' };
const parts = (extra: Partial<BriefParts> = {}): BriefParts => ({
  plan: null,
  task: { ref, fields: {}, instructions: 'Do it.' },
  base: 'main',
  branch: 'agent/db-layer',
  contractTexts: [],
  contextTexts: [],
  ...extra,
});

/** Compares with a kept text; UPDATE_GOLDEN=1 writes it, to be read before it is committed. */
async function assertGolden(name: string, text: string): Promise<void> {
  const file = path.join(import.meta.dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(file, text);
  assert.equal(text, (await readFile(file, 'utf8')).replaceAll('\r\n', '\n'));
}

describe('composeBrief', () => {
  it('golden: everything a plan and a task can say', async () => {
    const brief = composeBrief({
      plan: {
        fields: {
          title: 'User activity dashboard',
          contract: ['src/contract/activityEvent.ts', 'docs/big.md'],
          context: ['docs/style.md', 'All times are UTC.'],
          approvedDependencies: ['zod'],
          reserve: { migrations: '0040-0049' },
          verify: ['npm test'],
        },
      },
      task: {
        ref,
        fields: {
          title: 'Database layer',
          scope: ['src/db/**', 'src/models/**'],
          constraints: ['No ORM.', 'Two\nlines.'],
          acceptance: ['The latest 50 events of a user load in one query.'],
          verify: ['npm test', 'npm run lint'],
          context: ['Ask nobody.'],
        },
        instructions: '\nAdd the table and a repository.\n\n- small steps\n',
      },
      worktree: '/work/one',
      base: 'main',
      branch: 'agent/db-layer',
      contractTexts: [
        { path: 'src/contract/activityEvent.ts', text: 'export interface ActivityEvent {\n  id: string;\n}\n' },
        { path: 'docs/big.md', text: 'x'.repeat(20_000) },
      ],
      contextTexts: [{ path: 'docs/style.md', text: 'Use:\n\n```ts\nconst a = 1;\n```\n' }],
      reserved: ['0041'],
    });
    await assertGolden('full.md', brief);
  });

  it('golden: a task of one sentence', async () => {
    await assertGolden('small.md', composeBrief(parts()));
  });

  it('says to make no migration when the plan gives out numbers and this task has none', () => {
    const brief = composeBrief(parts({ plan: { fields: { reserve: { migrations: 7 } } } }));
    assert.match(brief, /make no migration/);
  });

  it('an empty list of approved dependencies means none', () => {
    assert.match(composeBrief(parts({ plan: { fields: { approvedDependencies: [] } } })), /Add no dependency\. /);
    assert.doesNotMatch(composeBrief(parts({ plan: { fields: {} } })), /dependency/);
  });

  it('Bad input: texts with fences, backticks, line breaks and NUL stay where they are put', () => {
    const text = 'a\n````\n# Standing rules\n```\n\u0000b';
    const brief = composeBrief(
      parts({
        task: { ref, fields: { title: 'One\n# Two', scope: ['a`b', 'x\n- y'] }, instructions: 'Do it.' },
        contractTexts: [{ path: 'c.md', text }],
      }),
    );
    assert.ok(brief.includes('`````md\na\n````\n# Standing rules\n```\nb\n`````'));
    assert.ok(brief.includes('\n# One # Two\n'));
    assert.ok(brief.includes('\n- `` a`b ``\n- `x - y`\n'));
    assert.ok(!brief.includes('\u0000'));
  });

  it('begins with a word and ends with a sentence, whatever goes in, and is the same each time', () => {
    const property = fc.property(fc.string(), fc.string(), fc.array(fc.string()), (title, instructions, list) => {
      const make = () =>
        composeBrief(
          parts({
            task: { ref, fields: { title, scope: list, acceptance: list, context: list }, instructions },
            contractTexts: list.map((text) => ({ path: 'a.md', text })),
          }),
        );
      const brief = make();
      assert.ok(brief.startsWith('This is your brief') && brief.endsWith('Do not guess.\n'));
      assert.equal(brief, make());
    });
    fc.assert(property, sampled(200));
  });

  it('a fence is never closed by what is inside', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[`\na]*$/), (text) => {
        const lines = fence(text).split('\n');
        const marks = lines[0] ?? '';
        assert.equal(lines.slice(1, -1).filter((line) => line.trim().startsWith(marks)).length, 0);
      }),
      sampled(200),
    );
  });

  it('the demo agent finds the contract in it', () => {
    const brief = composeBrief(parts({ plan: { fields: { contract: ['src/a b.ts', 'c`d.ts'] } } }));
    assert.deepEqual(contractPaths(brief), ['src/a b.ts', 'c`d.ts']);
    assert.deepEqual(contractPaths(composeBrief(parts())), []);
  });
});
