import { strict as assert } from 'node:assert';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HazardQuestion } from '../../../../src/core/conflicts/hazards/hazards';
import { WorkerJudge } from '../../../../src/core/conflicts/hazards/workerJudge';
import type { MatrixState } from '../../../../src/core/conflicts/parts';
import { silentLog } from '../../../../src/core/ports';
import { muteHazard, unmuteHazard } from '../../../../src/core/tasks/conflicts/mutes';
import { readMatrix } from '../../../../src/core/tasks/conflicts/readMatrix';
import { TaskError } from '../../../../src/core/tasks/taskError';
import { until } from '../../cli/support';
import { commitAll, testEnvironment } from '../../support/repositories';
import { withTasks } from '../support';
import { baseCellOf, type Live, openWindow, pairOf, verdictOf, withLive } from './support';

const shared = path.join('src', '000', 'file-00000.txt');

/** Saves a file, and tells it as whoever edits there does. */
async function save(o: Pick<Live, 'repository' | 'worktree'>, id: string, file: string, text: string | null) {
  const at = await o.worktree(id);
  await mkdir(path.dirname(path.join(at, file)), { recursive: true });
  if (text === null) await rm(path.join(at, file));
  else await writeFile(path.join(at, file), text);
  await o.repository.store.hints.touch(o.repository.store.hints.worktreeKey(at));
}

/** Both have the number 3: a hazard, and no conflict. */
async function saveMigrations(o: Pick<Live, 'repository' | 'worktree' | 'matrix'>): Promise<string> {
  await save(o, 'a', 'migrations/V3__a.sql', 'create table a (id int);\n');
  await save(o, 'b', 'migrations/V3__b.sql', 'create table b (id int);\n');
  await until('the hazard', async () => pairOf(o.matrix, 'a', 'b').hazards?.includes('migration') === true);
  return o.matrix.state?.json.hazards.find(({ kind }) => kind === 'migration')?.id ?? assert.fail();
}

/** What is asked of the judges from now on. */
async function questionsOf({ repository }: Pick<Live, 'repository'>): Promise<HazardQuestion[]> {
  const { hazards } = await repository.conflicts();
  const asked: HazardQuestion[] = [];
  const judge = hazards.judge.bind(hazards);
  hazards.judge = (question, signal) => {
    asked.push(question);
    return judge(question, signal);
  };
  return asked;
}

describe('the live matrix: hazards', function () {
  this.timeout(90_000);

  it('a verdict waits for no hazards: it comes first, with null, and they follow', async () => {
    await withLive(['a', 'b'], async (o) => {
      assert.deepEqual([pairOf(o.matrix, 'a', 'b').hazards, baseCellOf(o.matrix, 'a').hazards], [[], []]);
      await save(o, 'a', 'migrations/V3__a.sql', 'create table a (id int);\n');
      await o.settled();
      const seen: (readonly string[] | null)[] = [];
      const listening = o.matrix.onDidChange(() => {
        const { branches } = o.matrix.state?.json ?? assert.fail();
        const files = branches.find(({ ref }) => ref === 'agent/b')?.changedFiles;
        const { verdict, hazards } = pairOf(o.matrix, 'a', 'b');
        if (files === 1 && verdict === 'clean') seen.push(hazards);
      });
      await saveMigrations(o);
      listening.dispose();
      assert.deepEqual([seen[0], seen.at(-1)], [null, ['migration']]);
      assert.ok(!seen.some((hazards) => hazards?.length === 0), JSON.stringify(seen));
      const [hazard, ...more] = o.matrix.state?.json.hazards ?? [];
      assert.deepEqual([hazard?.kind, hazard?.branches, more], ['migration', ['agent/a', 'agent/b'], []]);
      assert.match(hazard?.message ?? '', /migrations\/V3__a\.sql.*migrations\/V3__b\.sql/);
      await save(o, 'b', 'migrations/V3__b.sql', null);
      await until('it to go', async () => pairOf(o.matrix, 'a', 'b').hazards?.length === 0);
      assert.deepEqual(o.matrix.state?.json.hazards, []);
    });
  });

  it('only what changed is judged again, and nothing when the base moves on', async () => {
    await withLive(['a', 'b', 'c'], async (o) => {
      await saveMigrations(o);
      await o.settled();
      const asked = await questionsOf(o);
      await save(o, 'c', 'new.txt', 'new\n');
      await until('c to be judged', async () => pairOf(o.matrix, 'b', 'c').hazards?.length === 0 && asked.length > 0);
      await o.settled();
      const refs = (question: HazardQuestion) =>
        question.pairs.map(([a, b]) =>
          [a, b]
            .map((place) => question.sides[place]?.ref)
            .sort()
            .join(' '),
        );
      assert.deepEqual([...new Set(asked.flatMap(refs))].sort(), [
        'agent/a agent/c',
        'agent/b agent/c',
        'agent/c main',
      ]);
      asked.length = 0;
      await writeFile(path.join(o.root, shared), 'the base moves\n');
      await commitAll(o.root, 'the base moves');
      const moved = () => o.matrix.state?.json.pairs.filter(({ a, b, hazards }) => [a, b].includes('main') && hazards);
      await until('it to be judged', async () => asked.length > 0 && moved()?.length === 3);
      await o.settled();
      const [pair] = asked.flatMap(refs).filter((names) => !names.includes('main'));
      assert.equal(pair, undefined);
      assert.deepEqual(pairOf(o.matrix, 'a', 'b').hazards, ['migration']);
    });
  });

  it('sides that conflict, and those that nobody could judge, have null and not nothing', async () => {
    await withTasks(['a', 'b', 'c'], async (o) => {
      const { hazards } = await o.repository.conflicts();
      hazards.dispose();
      const program = path.join(o.dir, 'no-such-program.js');
      const broken = new WorkerJudge({ gitPath: null, env: testEnvironment(), log: silentLog, program });
      Object.assign(await o.repository.conflicts(), { hazards: broken });
      await writeFile(path.join(await o.worktree('a'), shared), 'a was here\n');
      await writeFile(path.join(await o.worktree('b'), shared), 'b was here\n');
      await writeFile(path.join(await o.worktree('c'), 'c.txt'), 'c\n');
      const window = await openWindow(o.root, { repository: o.repository });
      try {
        await window.settled();
        const { matrix } = window;
        assert.deepEqual([verdictOf(matrix, 'a', 'b'), pairOf(matrix, 'a', 'b').hazards], ['conflict', null]);
        assert.deepEqual([verdictOf(matrix, 'a', 'c'), pairOf(matrix, 'a', 'c').hazards], ['clean', null]);
        assert.deepEqual([baseCellOf(matrix, 'a').verdict, baseCellOf(matrix, 'a').hazards], ['clean', []]);
        // Who is asked for a refresh tries again.
        Object.assign(broken, { judge: hazards.judge.bind(hazards) });
        await matrix.refresh();
        assert.deepEqual(pairOf(matrix, 'a', 'c').hazards, []);
        assert.equal(pairOf(matrix, 'a', 'b').hazards, null);
      } finally {
        await window.close();
      }
    });
  });

  it('what one mutes is muted for everybody, with who and why, until somebody takes it back', async () => {
    await withLive(['a', 'b'], async (o) => {
      const id = await saveMigrations(o);
      const { context } = o.repository;
      const isMuted = (state: MatrixState | null) =>
        state?.json.hazards.some((hazard) => hazard.id === id && hazard.muted !== null) === true;
      await assert.rejects(muteHazard(context, id, '  '), (e) => TaskError.is(e) && e.reason === 'bad-hazard');
      await muteHazard(context, id, 'One is renamed when they are merged.');
      await until('it to be muted', async () => isMuted(o.matrix.state));
      const { json } = o.matrix.state ?? assert.fail();
      const { reason, who, at } = json.hazards[0]?.muted ?? assert.fail();
      assert.deepEqual([reason, who], ['One is renamed when they are merged.', 'Test User']);
      assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
      assert.deepEqual(pairOf(o.matrix, 'a', 'b').hazards, []);
      await o.settled();
      assert.ok(isMuted(await readMatrix(context)));
      // It is about the same thing, wherever the files are changed otherwise.
      const seen: (readonly string[] | null)[] = [];
      // It may be over before somebody who looks now and then sees it.
      const listening = o.matrix.onDidChange(() => seen.push(pairOf(o.matrix, 'a', 'b').hazards));
      await save(o, 'a', 'migrations/V3__a.sql', '-- Now with a comment.\ncreate table a (id int);\n');
      await until('it to be judged anew', async () => seen.includes(null) && seen.at(-1) !== null);
      await o.settled();
      listening.dispose();
      assert.ok(isMuted(o.matrix.state));
      await unmuteHazard(context, id);
      await until('it to be back', async () => pairOf(o.matrix, 'a', 'b').hazards?.length === 1);
      await assert.rejects(unmuteHazard(context, id), (e) => TaskError.is(e) && e.reason === 'bad-hazard');
    });
  });

  it('a former window’s hazards hold until its cells do not', async () => {
    await withLive(['a', 'b'], async (o) => {
      const id = await saveMigrations(o);
      await o.settled();
      const kept = (await readMatrix(o.repository.context)) ?? assert.fail();
      assert.deepEqual(kept.json.hazards, o.matrix.state?.json.hazards);
      assert.deepEqual(kept.json.pairs, o.matrix.state?.json.pairs);
      assert.equal(kept.json.hazards[0]?.id, id);
    });
  });

  it('says who resolves what conflicts, a moment after the conflict', async () => {
    await withLive(['a', 'b'], async (o) => {
      const lock = (version: string) => JSON.stringify({ lockfileVersion: 3, packages: { x: { version } } }, null, 2);
      await save(o, 'a', 'package-lock.json', lock('1.0.0'));
      await save(o, 'b', 'package-lock.json', lock('2.0.0'));
      await until('the conflict', async () => verdictOf(o.matrix, 'a', 'b') === 'conflict');
      await o.settled();
      const [file] = pairOf(o.matrix, 'a', 'b').files;
      assert.deepEqual([file?.type, file?.who, file?.candidate], ['package lock file', 'automated', true]);
      const step = o.matrix.state?.json.train.find(({ verdict }) => verdict === 'conflict');
      assert.equal(step?.files[0]?.type, 'package lock file');
      const kept = (await readMatrix(o.repository.context)) ?? assert.fail();
      assert.deepEqual(kept.json.pairs, o.matrix.state?.json.pairs);
    });
  });
});
