import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { hasFrontMatter } from '../../../src/core/plan/frontMatter';
import { frontMatterKeys } from '../../../src/core/plan/keys';
import { parsePlanText, parseTaskText } from '../../../src/core/plan/parse';
import { planSchema, taskSchema } from '../../../src/core/plan/schema';
import { sampled } from '../support/sampled';

const ref = { plan: 'p', task: 't' };
const parse = (text: string) => parseTaskText(text, '/p/t.md', ref);
const codes = (text: string) => parse(text).problems.map((problem) => problem.code);

describe('task and plan texts', () => {
  it('give every key of the whole format', () => {
    const task = parse(`---
title: Activity API
type: feature
scope: [src/handlers/**, src/middleware/**]
dependsOn: [database]
after: [tests]
agent: claude
model: auto
permissions: edits
branch: feature/api
from: "#12"
isolation: worktree
background: true
gate: false
budget: {usd: 1.5, tokens: 180000}
context: [STYLE.md, Use cursors.]
constraints:
  - No new dependencies
acceptance:
  - "GET /activity: 200"
verify: [npm test]
role: implementer
---

Write it.

---
More.
`);
    assert.deepEqual(task.problems, []);
    assert.deepEqual(task.fields, {
      title: 'Activity API',
      type: 'feature',
      scope: ['src/handlers/**', 'src/middleware/**'],
      dependsOn: ['database'],
      after: ['tests'],
      agent: 'claude',
      model: 'auto',
      permissions: 'edits',
      branch: 'feature/api',
      from: '#12',
      isolation: 'worktree',
      background: true,
      gate: false,
      budget: { usd: 1.5, tokens: 180_000 },
      context: ['STYLE.md', 'Use cursors.'],
      constraints: ['No new dependencies'],
      acceptance: ['GET /activity: 200'],
      verify: ['npm test'],
      role: 'implementer',
    });
    assert.equal(task.instructions, 'Write it.\n\n---\nMore.');
    assert.deepEqual(Object.keys(task.fields).sort(), frontMatterKeys.task.map((entry) => entry.key).sort());

    const plan = parsePlanText(
      `---
title: Dashboard
base: main
strategy: sequential
level: layer
pattern: refactor-pipeline
contract: [src/contract/activity.ts, "src/app/[id].ts"]
context: [STYLE.md]
approvedDependencies: [zod]
reserve: {migrations: 7}
setup: [npm ci]
copy: [.env]
run: npm run dev
verify: [npm test]
mergeOrder: [a, b]
wipLimit: 3
budget: {usd: 10}
flag: dashboard
---
Body.`,
      '/p/plan.md',
    );
    assert.deepEqual(plan.problems, []);
    assert.deepEqual(Object.keys(plan.fields).sort(), frontMatterKeys.plan.map((entry) => entry.key).sort());
    assert.equal(plan.fields.run, 'npm run dev');
    assert.equal(plan.body, 'Body.');
  });

  it('have a documented key for each key of the schemas', () => {
    assert.deepEqual(Object.keys(taskSchema.shape).sort(), frontMatterKeys.task.map((entry) => entry.key).sort());
    assert.deepEqual(Object.keys(planSchema.shape).sort(), frontMatterKeys.plan.map((entry) => entry.key).sort());
  });

  for (const [name, change] of [
    ['CRLF line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['a byte order mark and CRLF', (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['spaces behind the fences', (text: string) => text.replaceAll('---', '---  \t')],
    ['a closing ... ', (text: string) => text.replace('\n---\nDo', '\n...\nDo')],
  ] as const) {
    it(`are read the same with ${name}`, () => {
      const text = change('---\ntitle: A task\nscope:\n  - src/**\nbad: 1\n---\nDo it.\nNow.\n');
      assert.ok(hasFrontMatter(text));
      const task = parse(text);
      assert.deepEqual(task.fields, { title: 'A task', scope: ['src/**'] });
      assert.equal(task.instructions.replaceAll('\r', ''), 'Do it.\nNow.');
      const [problem, ...more] = task.problems;
      assert.deepEqual(more, []);
      assert.deepEqual(
        [problem?.code, problem?.line, problem?.column, problem?.endLine, problem?.endColumn],
        ['unknown-key', 5, 1, 5, 4],
      );
    });
  }

  const bad: readonly [name: string, text: string, codes: readonly string[]][] = [
    ['an empty file', '', ['empty']],
    ['a file of white space', ' \n\n', ['empty']],
    ['a file without front matter', '# Notes\n', ['no-front-matter']],
    ['front matter below a blank line', '\n---\ntitle: x\n---\n', ['not-first']],
    ['no closing ---', '---\ntitle: x\n', ['unclosed']],
    ['nothing but ---', '---', ['unclosed']],
    ['front matter that is a list', '---\n- a\n---\n', ['not-a-mapping']],
    ['front matter that is a scalar', '---\ntext\n---\n', ['not-a-mapping']],
    ['front matter that is a number', '---\n5\n---\n', ['not-a-mapping']],
    ['a key twice', '---\ntitle: a\ntitle: b\n---\n', ['duplicate-key']],
    ['a list as key', '---\n? [a]\n: b\n---\n', ['bad-key']],
    ['__proto__ as key', '---\n__proto__: {polluted: 1}\n---\n', ['unknown-key']],
    ['constructor as key', '---\nconstructor: 1\n---\n', ['unknown-key']],
    ['a merge key', '---\n<<: {title: x}\n---\n', ['unknown-key']],
    ['an unknown alias', '---\ntitle: *a\n---\n', ['bad-yaml']],
    ['an unfinished quote', '---\ntitle: "x\n---\n', ['empty-value', 'bad-yaml']],
    ['a NUL in a title', '---\ntitle: "a\\0b"\n---\n', ['bad-value']],
    ['a title of two lines', '---\ntitle: "a\\nb"\n---\n', ['bad-value']],
    ['an infinite budget', '---\nbudget: {usd: .inf}\n---\n', ['wrong-type']],
    ['half a token', '---\nbudget: {tokens: 0.5}\n---\n', ['wrong-type']],
    ['a glob with an open brace', '---\nscope: ["src/{a,b"]\n---\n', ['bad-glob']],
    ['a glob of a Windows drive', '---\nscope: ["C:/x"]\n---\n', ['bad-glob']],
    ['a glob too long for the matcher', `---\nscope: ["${'a'.repeat(60_000)}"]\n---\n`, ['bad-glob']],
    ['a huge front matter', `---\ntitle: ${'x'.repeat(70_000)}\n---\n`, ['too-large']],
    ['a file above 1 MB', `---\ntitle: x\n---\n${'x'.repeat(1024 * 1024)}`, ['too-large']],
    ['lists nested 60,000 deep', `---\na: ${'['.repeat(60_000)}\n---\n`, ['too-large']],
    ['mappings nested 5,000 deep', `---\na: ${'{a: '.repeat(5000)}\n---\n`, ['too-large']],
    ['dashes nested 5,000 deep', `---\n${'- '.repeat(5000)}a\n---\n`, ['too-large']],
    [
      'indentation nested 300 deep',
      `---\n${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}\n---\n`,
      ['too-large'],
    ],
    [
      'more than 100 aliases',
      `---\nscope: &a [x]\nrole: b\ncontext: [${Array(101).fill('*a').join(', ')}]\n---\n`,
      ['too-many-aliases'],
    ],
  ];
  for (const [name, text, expected] of bad) {
    it(`tell ${name}`, () => assert.deepEqual(codes(text), expected));
  }

  it('keep the right entries of a list in which one is wrong', () => {
    assert.deepEqual(parse('---\nverify: [a, {b: c}, d, 5]\n---\n').fields.verify, ['a', 'd', '5']);
  });

  it('point at the right entry of a list after others were left out', () => {
    const task = parse('---\nverify:\n  - {a: b}\n  - 5\n  - ""\n  - ok\n---\n');
    assert.deepEqual(
      task.problems.map((problem) => [problem.line, problem.code]),
      [
        [3, 'wrong-type'],
        [4, 'wrong-type'],
        [5, 'empty-value'],
      ],
    );
    assert.deepEqual(task.fields.verify, ['5', 'ok']);
  });

  it('take keys without a value as absent', () => {
    assert.deepEqual(parse('---\ntitle:\nscope:\nagent: ~\n---\n').fields, {});
    assert.deepEqual(codes('---\ntitle:\nscope:\nagent: ~ # nobody yet\n---\n'), []);
  });

  it('say at most some fifty problems of one file', () => {
    const problems = parse(
      `---\n${Array.from({ length: 500 }, (_, index) => `key${index}: 1`).join('\n')}\n---\n`,
    ).problems;
    assert.equal(problems.length, 51);
    assert.ok(problems.some((problem) => problem.code === 'too-many-problems'));
  });

  it('offer a replacement that is right, for each problem that has one', () => {
    const text =
      '---\ntitel: 5\ntype: Feature\nscope: src\\a\\*\nbackground: no\nacceptance:\n  - a: b\nfrom: #3\n---\n';
    let current = text;
    for (let round = 0; round < 20; round += 1) {
      const problem = parse(current).problems.find((each) => each.fix?.kind === 'replace');
      if (problem?.fix?.kind !== 'replace') break;
      const lines = current.split('\n');
      const line = lines[problem.line - 1] ?? '';
      assert.equal(problem.endLine, problem.line);
      lines[problem.line - 1] =
        line.slice(0, problem.column - 1) + problem.fix.text + line.slice((problem.endColumn ?? 0) - 1);
      current = lines.join('\n');
    }
    const mended = parse(current);
    assert.deepEqual(mended.problems, [], current);
    assert.deepEqual(mended.fields, {
      title: '5',
      type: 'feature',
      scope: ['src/a/*'],
      background: false,
      acceptance: ['a: b'],
      from: '#3',
    });
  });

  it('never make the reader throw, whatever they are', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        '---\n',
        '\n---\n',
        'title: ',
        'scope:\n',
        '  - ',
        '\t',
        '[',
        ']',
        '{',
        '}',
        ': ',
        '#',
        '&a ',
        '*a',
        '!!x ',
        '"',
        "'",
        '|\n',
        '>',
        '? ',
        '\r\n',
        '\uFEFF',
        'dependsOn: [a]\n',
        'budget: {usd: ',
        '%YAML 1.1\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = `---\n${pieces.join('')}\n---\n`;
        for (const problem of [...parse(text).problems, ...parsePlanText(text, 'f').problems]) {
          assert.ok(problem.line >= 1 && problem.column >= 1 && problem.message !== '');
        }
      }),
      sampled(1000),
    );
  });
});
