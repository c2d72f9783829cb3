import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checklistItemIds, checklistItems } from '../../../src/contract/checklist';
import type { ConflictFile, ConflictPair, Hazard, TrainStep } from '../../../src/contract/conflicts';
import type { RepositoryEvent } from '../../../src/contract/events';
import { cleanCell, unknownCell } from '../../../src/core/conflicts/cell';
import { checklistOf } from '../../../src/core/integrate/checklist';
import { evaluators } from '../../../src/core/integrate/evaluate';
import type { PlanFacts, TaskFacts } from '../../../src/core/integrate/facts';
import { isCode, isManifest, isMigration } from '../../../src/core/integrate/items/concerns';
import { sampled } from '../support/sampled';

const idle = { task: null, worktree: null, dirty: false, leftOut: [], changedFiles: 1, live: false, changedAt: null };
const branch = (id: string, more: object = {}) => ({
  ...idle,
  ref: `agent/${id}`,
  head: `head-${id}`,
  snapshot: `head-${id}`,
  scannedAt: '2030-01-01T00:00:00.000Z',
  ...more,
});
const task = (id: string, more: Partial<TaskFacts> = {}): TaskFacts => ({
  id,
  state: 'review',
  landed: false,
  branch: `agent/${id}`,
  refs: [`agent/${id}`],
  gone: false,
  approved: null,
  verified: null,
  ...more,
});
const pairOf = (more: Partial<ConflictPair> = {}): ConflictPair => ({
  ...cleanCell,
  a: 'agent/a',
  b: 'agent/b',
  hazards: [],
  checkedAt: null,
  ...more,
});
const step = (ref: string, more: Partial<TrainStep> = {}): TrainStep => ({
  ref,
  verdict: 'clean',
  reason: null,
  detail: null,
  files: [],
  why: 'conflicts with nobody',
  ...more,
});
const fileOf = (path: string, more: Partial<ConflictFile> = {}): ConflictFile => ({
  path,
  kind: 'content',
  type: null,
  who: null,
  strategy: null,
  candidate: false,
  ...more,
});

/** Two branches about which everything is known, and nothing is wrong. */
function facts(more: Partial<PlanFacts> = {}): PlanFacts {
  const plan = { id: 'p', dir: '', file: null, fields: {}, body: '', text: '', problems: [], positions: new Map() };
  return {
    plan: { ...plan, tasks: [] },
    tasks: [task('a'), task('b')],
    branches: [branch('a'), branch('b')],
    matrix: matrix(),
    commits: [
      { ref: 'agent/a', commit: 'head-a' },
      { ref: 'agent/b', commit: 'head-b' },
    ],
    untold: [],
    allLanded: false,
    ...more,
  };
}

function matrix(more: Partial<NonNullable<PlanFacts['matrix']>> = {}): NonNullable<PlanFacts['matrix']> {
  return {
    pairs: [pairOf()],
    againstBase: ['agent/a', 'agent/b'].map((ref) => ({
      ...cleanCell,
      ref,
      base: 'main',
      hazards: [],
      checkedAt: null,
    })),
    hazards: [],
    unjudged: [],
    judged: new Set(['agent/a', 'agent/b']),
    train: [step('agent/a'), step('agent/b')],
    ...more,
  };
}

const approved = (id: string, head = `head-${id}`) => ({ by: 'Jane', at: '2030-01-01T00:00:00.000Z', head });
const verified = (id: string, state: 'pass' | 'fail', head = `head-${id}`) => {
  const exit = state === 'pass' ? 0 : 1;
  return { head, state, exit, commands: [{ command: 'npm test', exit, ms: 1 }] };
};

describe('integration checklist: evaluators', () => {
  describe('reviewed', () => {
    const of = (a: Partial<TaskFacts>, more: Partial<PlanFacts> = {}) =>
      evaluators.reviewed(facts({ tasks: [task('a', a), task('b', { approved: approved('b') })], ...more }));

    it('passes on approvals of the very commits', () => {
      const { verdict, evidence } = of({ approved: approved('a') });
      assert.equal(verdict, 'pass');
      assert.equal(evidence, 'Approved as they are now: "a" (Jane), "b" (Jane).');
    });

    it('asks where an approval is missing, of another commit, or work is uncommitted', () => {
      const dirty = { branches: [branch('a', { dirty: true }), branch('b')] };
      const unknown = { branches: [branch('a', { dirty: null, head: null }), branch('b')] };
      for (const each of [
        of({}),
        of({ approved: approved('a', 'before') }),
        of({ approved: approved('a') }, dirty),
        of({ approved: approved('a') }, unknown),
      ]) {
        assert.equal(each.verdict, 'ask');
        assert.equal(each.evidence, 'No approval is on record of "a".');
        assert.deepEqual(each.links, [{ kind: 'task', plan: 'p', task: 'a' }]);
      }
    });

    it('fails while changes are requested', () => {
      const { verdict, evidence } = of({ state: 'changes-requested', approved: approved('a') });
      assert.equal(verdict, 'fail');
      assert.equal(evidence, 'Changes are requested of "a".');
    });
  });

  describe('full-suite', () => {
    const of = (a: Partial<TaskFacts>, more: Partial<PlanFacts> = {}) =>
      evaluators['full-suite'](
        facts({ tasks: [task('a', a), task('b', { verified: verified('b', 'pass') })], ...more }),
      );

    it('fails where a branch fails as it is now, and not for what it was', () => {
      const { verdict, evidence } = of({ verified: verified('a', 'fail') });
      assert.equal(verdict, 'fail');
      assert.equal(evidence, 'In "a" `npm test` fails.');
      assert.equal(of({ verified: verified('a', 'fail', 'before') }).verdict, 'ask');
      const dirty = { branches: [branch('a', { dirty: true }), branch('b')] };
      assert.equal(of({ verified: verified('a', 'fail') }, dirty).verdict, 'ask');
    });

    it('asks though each branch passes alone: nobody has run what they give together', () => {
      const { verdict, evidence } = of({ verified: verified('a', 'pass') });
      assert.equal(verdict, 'ask');
      assert.match(evidence, /^Each branch passes its checks by itself\./);
      assert.doesNotMatch(of({}).evidence, /by itself/);
    });
  });

  describe('what hazards say', () => {
    const { dependencies, migrations } = evaluators;
    const types = evaluators['shared-types'];
    const hazard = (kind: Hazard['kind'], more: Partial<Hazard> = {}): Hazard => ({
      id: `${kind}-1`,
      kind,
      branches: ['agent/a', 'agent/b'],
      files: ['x'],
      message: `A ${kind} of two.`,
      at: 'agent/a',
      prevention: null,
      muted: null,
      ...more,
    });

    it('belongs to the items that it is about, and to no other', () => {
      const failing = (kind: Hazard['kind']) =>
        Object.entries({ dependencies, types, migrations })
          .filter(([, evaluate]) => evaluate(facts({ matrix: matrix({ hazards: [hazard(kind)] }) })).verdict === 'fail')
          .map(([name]) => name);
      assert.deepEqual(failing('dependency'), ['dependencies']);
      for (const kind of ['type', 'signature', 'export', 'contract'] as const)
        assert.deepEqual(failing(kind), ['types']);
      assert.deepEqual(failing('migration'), ['migrations']);
      for (const kind of ['write', 'convention', 'ownership'] as const) assert.deepEqual(failing(kind), []);
    });

    it('passes what a human has put aside, and says so', () => {
      const muted = { reason: 'known', who: 'Jane', at: '2030-01-01T00:00:00.000Z' };
      const of = dependencies(facts({ matrix: matrix({ hazards: [hazard('dependency', { muted })] }) }));
      assert.equal(of.verdict, 'pass');
      assert.match(of.evidence, /Put aside \(known\): A dependency of two\.$/);
    });

    it('says the first three, counts the others, and leads to all', () => {
      const hazards = [1, 2, 3, 4, 5].map((n) => hazard('dependency', { id: `${n}`, message: `Number ${n}.` }));
      const { evidence, links } = dependencies(facts({ matrix: matrix({ hazards }) }));
      assert.equal(evidence, 'Number 1. Number 2. Number 3. 2 more like these.');
      assert.equal(links.length, 5);
    });

    it('is not asked of sides that conflict: in a file of its own a fail, else not known', () => {
      const conflict = (file: ConflictFile) =>
        facts({ matrix: matrix({ pairs: [pairOf({ verdict: 'conflict', hazards: null, files: [file] })] }) });
      const lock = conflict(fileOf('web/package-lock.json', { type: 'package lock file' }));
      assert.deepEqual(
        [dependencies, types, migrations].map((each) => each(lock).verdict),
        ['fail', 'ask', 'ask'],
      );
      assert.equal(dependencies(lock).evidence, 'agent/a and agent/b conflict in web/package-lock.json.');
      assert.deepEqual(dependencies(lock).links, [{ kind: 'pair', a: 'agent/a', b: 'agent/b' }]);
      const type = conflict(fileOf('src/types.ts', { type: 'type definition' }));
      assert.deepEqual(
        [dependencies, types, migrations].map((each) => each(type).verdict),
        ['ask', 'fail', 'ask'],
      );
      const migration = conflict(fileOf('db/migrations/0002_b.sql'));
      assert.deepEqual(
        [dependencies, types, migrations].map((each) => each(migration).verdict),
        ['ask', 'ask', 'fail'],
      );
    });

    it('is not known of a file that could not be judged, where the file is of that kind', () => {
      const unjudged = (path: string) =>
        facts({ matrix: matrix({ unjudged: [{ ref: 'agent/a', path, why: 'is no JSON' }] }) });
      const asked = (path: string) =>
        Object.entries({ dependencies, types, migrations })
          .filter(([, evaluate]) => evaluate(unjudged(path)).verdict === 'ask')
          .map(([name]) => name);
      assert.deepEqual(asked('a/package.json'), ['dependencies']);
      assert.deepEqual(asked('src/big.ts'), ['types']);
      assert.deepEqual(asked('db/migrate/2_x.rb'), ['migrations']);
      assert.deepEqual(asked('picture.png'), []);
      const { evidence } = dependencies(unjudged('a/package.json'));
      assert.equal(evidence, 'a/package.json of agent/a was not judged: is no JSON.');
    });

    it('is not known of a branch alone that nobody has judged', () => {
      const alone = matrix({ pairs: [], judged: new Set() });
      assert.equal(dependencies(facts({ branches: [branch('a')], matrix: alone })).verdict, 'ask');
      const known = matrix({ pairs: [], judged: new Set(['agent/a']) });
      const { verdict, evidence } = dependencies(facts({ branches: [branch('a')], matrix: known }));
      assert.equal(verdict, 'pass');
      assert.match(evidence, /^The one branch judged: no dependencies/);
    });

    it('is not known where a cell against the base is not', () => {
      const { reason } = unknownCell('timeout');
      const cell = { ...unknownCell('timeout'), ref: 'agent/a', base: 'main', checkedAt: null };
      const of = migrations(facts({ matrix: matrix({ againstBase: [cell] }) }));
      assert.equal(of.verdict, 'ask');
      assert.equal(of.evidence, `agent/a and main: not known (${reason}).`);
    });
  });

  it('nothing that is not known is ever a pass that was computed', () => {
    const doubts: readonly ((f: PlanFacts) => PlanFacts)[] = [
      (f) => ({ ...f, matrix: null }),
      (f) => ({ ...f, untold: [{ ref: 'agent/a', why: 'timeout' }], commits: f.commits.slice(1) }),
      (f) => ({ ...f, matrix: f.matrix && { ...f.matrix, pairs: [pairOf({ hazards: null })], train: [] } }),
      (f) => ({
        ...f,
        matrix: f.matrix && {
          ...f.matrix,
          pairs: [pairOf({ ...unknownCell('timeout'), hazards: null })],
          train: f.matrix.train.map((each) => ({ ...each, verdict: 'unknown' as const, reason: 'timeout' as const })),
        },
      }),
      (f) => ({ ...f, tasks: f.tasks.map((each) => ({ ...each, gone: each.id === 'a' })) }),
      (f) => ({
        ...f,
        tasks: [],
        branches: [],
        commits: [],
        matrix: matrix({ pairs: [], againstBase: [], train: [] }),
      }),
    ];
    for (const doubt of doubts) {
      const { items } = checklistOf(doubt(facts()), []);
      assert.deepEqual(
        items.filter(({ verdict }) => verdict === 'pass'),
        [],
      );
    }
    const { items } = checklistOf(facts(), []);
    assert.deepEqual(
      items.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id),
      ['dependencies', 'shared-types', 'migrations', 'merge-order'],
    );
  });

  it('whatever was answered: a pass is computed, or of these very commits; a fail never turns into one', () => {
    const commit = fc.constantFrom('head-a', 'head-b', 'other');
    const answer = fc.record({
      item: fc.constantFrom(...checklistItemIds),
      verdict: fc.constantFrom('pass' as const, 'fail' as const, 'ask' as const),
      plan: fc.constantFrom('p', 'p', 'p', 'q'),
      commits: fc.uniqueArray(fc.record({ ref: fc.constantFrom('agent/a', 'agent/b', 'agent/c'), commit }), {
        selector: ({ ref }) => ref,
      }),
    });
    const worlds = fc.constantFrom<PlanFacts>(
      facts(),
      // Where nobody has computed one, no branch's state is known either (`planFacts`).
      facts({ matrix: null, branches: [], commits: [] }),
      facts({ untold: [{ ref: 'agent/b', why: 'timeout' }], commits: facts().commits.slice(0, 1) }),
      facts({ matrix: matrix({ pairs: [pairOf({ verdict: 'conflict', files: [fileOf('go.mod')], hazards: null })] }) }),
      facts({ tasks: [task('a')], branches: [branch('a')], commits: facts().commits.slice(0, 1) }),
    );
    fc.assert(
      fc.property(worlds, fc.array(answer, { maxLength: 30 }), (world, answers) => {
        const events = answers.map((each, index): RepositoryEvent => {
          const at = new Date(index).toISOString();
          const by = { actor: 'cli' as const, pid: 1 };
          return { v: 1, at, by, kind: 'checklist-answered', note: '', who: 'Jane', ...each };
        });
        const { items } = checklistOf(world, events);
        assert.deepEqual(
          items.map(({ id, group, text }) => ({ id, group, text })),
          checklistItems,
        );
        for (const { id, verdict, by } of items) {
          const computed = evaluators[id](world).verdict;
          const last = answers.findLast(({ item, plan }) => item === id && plan === 'p');
          const now = JSON.stringify([...world.commits]);
          const then = JSON.stringify([...(last?.commits ?? [])].sort((x, y) => (x.ref < y.ref ? -1 : 1)));
          if (computed === 'fail') assert.equal(verdict, 'fail');
          if (last?.verdict === 'fail') assert.ok(verdict === 'fail' || verdict === 'stale');
          if (last === undefined || last.verdict === 'ask') assert.ok(verdict === computed || verdict === 'ask');
          if (verdict === 'pass' && by !== 'computed') {
            assert.equal(last?.verdict, 'pass');
            assert.equal(then, now);
            assert.deepEqual(world.untold, []);
          }
          if (verdict === 'pass') assert.notEqual(world.matrix, null);
        }
      }),
      sampled(400),
    );
  });

  it('knows by its path what a file is about', () => {
    for (const path of ['package.json', 'a/b/yarn.lock', 'requirements-dev.txt', 'Cargo.toml', 'x/Gemfile.lock']) {
      assert.ok(isManifest(path), path);
    }
    for (const path of ['packages.json', 'package.json.ts', 'docs/go.modules']) assert.ok(!isManifest(path), path);
    for (const path of [
      'db/migrate/2_a.rb',
      'app/migrations/0001_x.py',
      'sql/V2__a.sql',
      '0001_x.up.sql',
      'alembic/versions/ab.py',
    ]) {
      assert.ok(isMigration(path), path);
    }
    for (const path of ['src/immigration.ts', 'docs/migrate.md', 'sql/queries.sql'])
      assert.ok(!isMigration(path), path);
    for (const path of ['a.ts', 'b.mjs', 'c.py', 'd.go', 'e.rs', 'F.java', 'g.d.ts']) assert.ok(isCode(path), path);
    for (const path of ['a.min.js', 'b.txt', 'c.json', 'd.pyc']) assert.ok(!isCode(path), path);
  });
});
