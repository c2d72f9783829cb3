import { strict as assert } from 'node:assert';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGit } from '../../../src/core/git/git';
import { findRepository } from '../../../src/core/git/repository';
import { openRepository, type Repository } from '../../../src/core/openRepository';
import { readPlans } from '../../../src/core/plan/readPlans';
import { silentLog } from '../../../src/core/ports';
import { openStore } from '../../../src/core/store/store';
import { readRecords, type TaskContext } from '../../../src/core/tasks/context';
import { hazardRules } from '../../../src/core/tasks/hazardRules';
import { writePlan } from '../cli/support';
import { commitAll, makeRepository, testEnvironment, withTempDir } from '../support/repositories';
import { taskText, testHost } from './support';

const planText = (more: string) => `---\ntitle: P\n${more}\n---\nBody.\n`;
const migration = (title: string, more = '') => taskText(title, `type: migration\n${more}`);

interface Opened {
  readonly root: string;
  readonly repository: Repository;
  /** The brief that a task was given. */
  brief(task: string, plan?: string): Promise<string>;
  context(): Promise<TaskContext>;
}

async function withPlan(texts: Readonly<Record<string, string>>, fn: (o: Opened) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await mkdir(path.join(root, 'db', 'migrate'), { recursive: true });
    await writeFile(path.join(root, 'db', 'migrate', '0040_first.rb'), 'first\n');
    await writeFile(path.join(root, 'STYLE.md'), 'Use kebab-case.\n');
    await commitAll(root, 'add a migration');
    await writePlan(root, 'p', texts);
    const repository = await openRepository(root, testHost());
    const host = testHost();
    const git = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
    const context = async (): Promise<TaskContext> => {
      const layout = await findRepository(git, root);
      const store = await openStore(layout.storeDir, { log: silentLog, actor: 'cli' });
      const plans = async () => (await readPlans(layout.plansDir)).plans;
      const plan = async (id: string) => (await plans()).find((each) => each.id === id) ?? null;
      return { host, git, layout, store, plans, plan };
    };
    const brief = async (task: string, plan = 'p') => {
      const { store } = await context();
      const { record } = (await readRecords(await context())).get(`${plan}/${task}`) ?? {};
      return (await store.texts.get(record?.dispatch?.brief ?? '')) ?? '';
    };
    try {
      await fn({ root, repository, brief, context });
    } finally {
      repository.dispose();
    }
  });
}

const spawn = (repository: Repository, task: string, plan = 'p') =>
  repository.tasks.prepare({ plan, task }, { purpose: 'spawn' });
const numbersIn = (brief: string) => [...brief.matchAll(/^- `(\d+)`$/gm)].map(([, number]) => number);

describe('tasks: numbers of migrations', () => {
  it('are given out at dispatch, are in the brief, and pass over what is on the base', async () => {
    const texts = {
      plan: planText('reserve: {migrations: 0040-0049}'),
      a: migration('A'),
      b: taskText('B', 'scope: [db/migrate/**]\n'),
      c: taskText('C'),
    };
    await withPlan(texts, async ({ repository, brief, context }) => {
      for (const task of ['b', 'a', 'c']) await spawn(repository, task);
      assert.deepEqual(numbersIn(await brief('a')), ['0041', '0042', '0043']);
      assert.deepEqual(numbersIn(await brief('b')), ['0044', '0045', '0046']);
      assert.match(await brief('c'), /make no migration/);
      const records = await readRecords(await context());
      assert.deepEqual(records.get('p/a')?.record.reserved, ['0041', '0042', '0043']);
      assert.deepEqual(records.get('p/c')?.record.reserved, []);
    });
  });

  it('stay the same when a task is forgotten and dispatched again, and others come in between', async () => {
    const texts = { plan: planText('reserve: {migrations: 0041}'), b: migration('B') };
    await withPlan(texts, async ({ root, repository, brief }) => {
      await spawn(repository, 'b');
      assert.deepEqual(numbersIn(await brief('b')), ['0041']);
      await repository.tasks.forget({ plan: 'p', task: 'b' });
      await writeFile(path.join(root, '.switchyard', 'p', 'a.md'), migration('A'));
      await spawn(repository, 'a');
      assert.deepEqual(numbersIn(await brief('a')), ['0042']);
      await spawn(repository, 'b');
      assert.deepEqual(numbersIn(await brief('b')), ['0041']);
    });
  });

  it('are different for tasks that are dispatched at the same time by two processes', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const texts = {
      plan: planText('reserve: {migrations: 1-4}\nwipLimit: 9'),
      ...Object.fromEntries(ids.map((id) => [id, migration(id)])),
    };
    await withPlan(texts, async ({ root, repository, brief }) => {
      const other = await openRepository(root, testHost());
      try {
        await Promise.all(ids.map((id, n) => spawn(n % 2 === 0 ? repository : other, id)));
      } finally {
        other.dispose();
      }
      const all = (await Promise.all(ids.map((id) => brief(id)))).flatMap(numbersIn);
      assert.deepEqual(all.sort(), ['1', '2', '3', '4']);
    });
  });

  it('are one sequence in all plans, unless each says where its migrations lie', async () => {
    await withPlan({ plan: planText('reserve: {migrations: 0050-0059}'), a: migration('A') }, async (o) => {
      await writePlan(o.root, 'q', { plan: planText('reserve: {migrations: 0050-0059}'), a: migration('A') });
      await writePlan(o.root, 'r', {
        plan: planText('reserve: {migrations: ["other/*.sql", 0050-0059]}'),
        a: migration('A'),
      });
      await writePlan(o.root, 's', {
        plan: planText('reserve: {migrations: ["third/*.sql", 0070-0079]}'),
        a: migration('A'),
      });
      await spawn(o.repository, 'a');
      for (const plan of ['q', 's', 'r']) await spawn(o.repository, 'a', plan);
      assert.deepEqual(numbersIn(await o.brief('a')), ['0050', '0051', '0052']);
      assert.deepEqual(numbersIn(await o.brief('a', 'q')), ['0053', '0054', '0055']);
      assert.deepEqual(numbersIn(await o.brief('a', 's')), ['0070', '0071', '0072']);
    });
  });

  it('Bad input: a migration without a number is not dispatched', async () => {
    const few = { plan: planText('reserve: {migrations: [41]}'), a: migration('A'), b: migration('B') };
    await withPlan(few, async ({ repository }) => {
      await spawn(repository, 'a');
      await assert.rejects(spawn(repository, 'b'), /No number of reserve\.migrations .* p\/b: add numbers there\.$/);
    });
    const wrong = { plan: planText('reserve: {migrations: forty}'), a: migration('A') };
    await withPlan(wrong, async ({ repository }) => {
      await assert.rejects(spawn(repository, 'a'), /plan\.md:3:23: reserve\.migrations: "forty" is neither/);
    });
  });
});

describe('tasks: prevention', () => {
  it('puts approved dependencies and the style guide into every brief', async () => {
    const texts = {
      plan: planText('approvedDependencies: [zod]\ncontext: [STYLE.md, Names are English.]'),
      a: taskText('A'),
      b: taskText('B', 'type: docs\n'),
    };
    await withPlan(texts, async ({ repository, brief }) => {
      for (const task of ['a', 'b']) {
        await spawn(repository, task);
        const text = await brief(task);
        assert.match(text, /## Approved dependencies\n\nAdd no dependency except these/);
        assert.match(text, /\n- `zod`\n/);
        assert.match(text, /`STYLE\.md`:\n\n```md\nUse kebab-case\.\n```/);
        assert.match(text, /Names are English\./);
      }
    });
  });

  it('gives the rules of a task, as its files say now and as numbers were given out', async () => {
    const texts = {
      plan: planText(
        'contract: [STYLE.md]\napprovedDependencies: []\ncontext: [STYLE.md, Names are English.]\nreserve: {migrations: ["db/changes/*.sql", 0041]}',
      ),
      a: migration('A', 'scope: [db/**]\ncontext: [Coding conventions are in the wiki.]\n'),
      b: taskText('B'),
      gone: taskText('Gone', 'scope: [docs/**]\n'),
    };
    await withPlan(texts, async ({ root, repository, context }) => {
      for (const task of ['a', 'gone']) await spawn(repository, task);
      const file = path.join(root, '.switchyard', 'p', 'a.md');
      await writeFile(file, (await readFile(file, 'utf8')).replace('[db/**]', '[db/**, src/**]'));
      await rm(path.join(root, '.switchyard', 'p', 'gone.md'));
      const now = await context();
      const rules = await hazardRules(now, await now.plans(), await readRecords(now));
      assert.deepEqual([...rules.keys()].sort(), ['p/a', 'p/b', 'p/gone']);
      assert.deepEqual(rules.get('p/a'), {
        plan: 'p',
        task: 'a',
        scope: ['db/**', 'src/**'],
        contract: ['STYLE.md'],
        approvedDependencies: [],
        migrations: { globs: ['db/changes/*.sql'], reserved: ['0041'] },
        styleGuides: ['STYLE.md', 'Coding conventions are in the wiki.'],
      });
      const { scope, migrations } = rules.get('p/b') ?? {};
      assert.deepEqual([scope, migrations?.reserved], [null, null]);
      assert.deepEqual(rules.get('p/gone')?.scope, ['docs/**']);
      assert.deepEqual(rules.get('p/gone')?.migrations.reserved, []);
    });
  });
});
