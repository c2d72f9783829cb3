import assert from 'node:assert/strict';
import type { ChecklistItemId, ChecklistJson } from '../../../src/contract/checklist';
import { muteHazard } from '../../../src/core/tasks/conflicts/mutes';
import { itemOf, type PlanText, verdicts, withPlan } from './support';

const hazardItems = ['dependencies', 'shared-types', 'migrations'] as const;

function assertOnly(json: ChecklistJson, id: ChecklistItemId, verdict: 'fail' | 'ask', says: RegExp): void {
  const found = itemOf(json, id);
  assert.equal(found.verdict, verdict, JSON.stringify(json.items, null, 1));
  assert.match(found.evidence, says);
  for (const other of hazardItems) {
    if (other !== id) assert.equal(itemOf(json, other).verdict, 'pass', itemOf(json, other).evidence);
  }
}

const two: PlanText['tasks'] = { a: '', b: '' };
const packageJson = (more: object) => `${JSON.stringify({ name: 'x', version: '1.0.0', ...more }, null, 2)}\n`;

describe('integration checklist: from hazards that were really found', function () {
  this.timeout(120_000);

  it('passes where every pair was judged, and fails a migration number used twice, until it is put aside', () =>
    withPlan({ tasks: two, base: { 'migrations/0001_first.sql': 'create table t (id int);\n' } }, async (p) => {
      await p.commit('a', 'notes/a.txt', 'a\n');
      await p.commit('b', 'notes/b.txt', 'b\n');
      const clean = await p.checklist();
      for (const id of hazardItems) assert.equal(itemOf(clean, id).verdict, 'pass', itemOf(clean, id).evidence);

      await p.commit('a', 'migrations/0002_a.sql', 'create table a (id int);\n');
      await p.write('b', 'migrations/0002_b.sql', 'create table b (id int);\n');
      const json = await p.checklist();
      assertOnly(json, 'migrations', 'fail', /agent\/a.*agent\/b.*\./);
      const [link] = itemOf(json, 'migrations').links;
      assert.equal(link?.kind, 'hazard');
      await muteHazard(p.repository.context, link.id, 'b is renamed when it lands');
      const muted = await p.item('migrations');
      assert.equal(muted.verdict, 'pass');
      assert.match(muted.evidence, /Put aside \(b is renamed when it lands\)/);
    }));

  it('fails a signature that one changes and the other newly uses the old way', () =>
    withPlan(
      {
        tasks: two,
        base: { 'src/parse.ts': 'export function parse(text: string): number {\n  return text.length;\n}\n' },
      },
      async (p) => {
        const changed =
          'export function parse(text: string, radix: number): number {\n  return text.length + radix;\n}\n';
        await p.commit('a', 'src/parse.ts', changed);
        await p.commit('b', 'src/use.ts', "import { parse } from './parse';\n\nexport const size = parse('x');\n");
        assertOnly(await p.checklist(), 'shared-types', 'fail', /parse/);
      },
    ));

  it('fails one package at ranges that do not meet', () =>
    withPlan(
      { tasks: two, base: { 'web/package.json': packageJson({}), 'api/package.json': packageJson({ name: 'y' }) } },
      async (p) => {
        await p.commit('a', 'web/package.json', packageJson({ dependencies: { react: '^17.0.0' } }));
        await p.commit('b', 'api/package.json', packageJson({ name: 'y', dependencies: { react: '^18.0.0' } }));
        const json = await p.checklist();
        assertOnly(json, 'dependencies', 'fail', /react/);
      },
    ));

  it('asks for a package.json that is not JSON, and names it', () =>
    withPlan({ tasks: two, base: { 'package.json': packageJson({}) } }, async (p) => {
      await p.commit('a', 'package.json', '{ "name": "x", nothing\n');
      await p.commit('b', 'notes/b.txt', 'b\n');
      assertOnly(await p.checklist(), 'dependencies', 'ask', /package\.json of agent\/a was not judged: /);
      const before = verdicts(await p.checklist());
      assert.equal(before['shared-types'], 'pass');
    }));
});
