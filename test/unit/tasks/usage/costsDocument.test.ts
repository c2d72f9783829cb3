import { strict as assert } from 'node:assert';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {
  type CostsDocument,
  costsDocumentSchema,
  decodeCosts,
  encodeCosts,
} from '../../../../src/core/tasks/usage/costsDocument';
import { readCosts, readCostsByTask } from '../../../../src/core/tasks/usage/readCosts';
import { sampled } from '../../support/sampled';
import { withTasks } from '../support';
import { anyState, bucketOf, stateOf } from './costStates';

const msOf = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000;
const throughDisk = (document: CostsDocument): unknown => JSON.parse(JSON.stringify(document));

describe('the document of cost', () => {
  it('says the same after it was kept', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const read = costsDocumentSchema.parse(throughDisk(encodeCosts(state)));
        assert.deepEqual(decodeCosts(read), state);
      }),
      sampled(200),
    );
  });

  it('a year of a busy repository is written and read within a step of a window', () => {
    const buckets = Array.from({ length: 5_000 }, (_, i) =>
      bucketOf({
        owner: { kind: 'task', ref: { plan: 'p', task: `t${i % 500}` } },
        session: `00000000-0000-4000-8000-${String(i % 1_000).padStart(12, '0')}`,
        day: new Date(Date.UTC(2026, 0, 1 + (i % 365))).toISOString().slice(0, 10),
        usd: i / 7,
      }),
    );
    const state = stateOf(buckets);
    const times: Record<'write' | 'read', number[]> = { write: [], read: [] };
    let bytes = 0;
    for (let i = 0; i < 9; i += 1) {
      const began = process.cpuUsage();
      const text = JSON.stringify(encodeCosts(state));
      times.write.push(msOf(process.cpuUsage(began)));
      const written = process.cpuUsage();
      const read = decodeCosts(costsDocumentSchema.parse(JSON.parse(text)));
      times.read.push(msOf(process.cpuUsage(written)));
      assert.equal(read?.usage.buckets.length, buckets.length);
      bytes = text.length;
    }
    // The processor's time at its best: what else the machine does is not in it.
    const [write, read] = [Math.min(...times.write), Math.min(...times.read)];
    const said = `${bytes} bytes, write ${write.toFixed(1)} ms, read ${read.toFixed(1)} ms`;
    console.log(`      ${said}`);
    assert.ok(write < 20 && read < 20, said);
    assert.ok(bytes < 700_000, said);
  });

  it('whatever is damaged in it, the rest of the window goes on', () => {
    fc.assert(
      fc.property(anyState, fc.nat(), fc.jsonValue(), (state, place, value) => {
        const document = throughDisk(encodeCosts(state));
        assert.ok(typeof document === 'object' && document !== null);
        const keys = Object.keys(document);
        const damaged = { ...document, [keys[place % keys.length] ?? 'v']: value };
        const parsed = costsDocumentSchema.safeParse(damaged);
        const read = parsed.success ? decodeCosts(parsed.data) : null;
        for (const bucket of read?.usage.buckets ?? []) assert.equal(typeof bucket.session, 'string');
      }),
      sampled(300),
    );
  });

  it('bad input: places of texts that are not there, rows that are not whole, numbers that are none', () => {
    const document = encodeCosts(stateOf([bucketOf()]));
    const row = [...document.buckets];
    assert.ok(decodeCosts(document));
    for (const [column, value] of [
      [0, 99],
      [1, -1],
      [2, 1.5],
      [3, 7],
      [4, -2],
    ] as const) {
      assert.equal(decodeCosts({ ...document, buckets: row.with(column, value) }), null, `${column}: ${value}`);
    }
    // Not an owner's name.
    assert.equal(decodeCosts({ ...document, buckets: row.with(0, 1) }), null);
    for (const buckets of [row.slice(1), [...row, 0], row.map(String), [null], { length: row.length }]) {
      assert.equal(costsDocumentSchema.safeParse({ ...document, buckets }).success, false);
    }
  });

  it('bad input: a damaged document is like none, and is set aside', async () => {
    await withTasks([], async ({ repository }) => {
      const { context, store } = repository;
      await store.documents.write('usage', 'current', encodeCosts(stateOf([bucketOf()])));
      assert.equal((await readCosts(context))?.usage.buckets.length, 1);
      // Nobody keeps it up to date: what a row of a script says would be as old as that.
      assert.equal((await readCostsByTask(context)).size, 0);
      const folder = path.join(store.dir, 'usage');
      for (const text of ['', '{', 'null', '{"v":1}', '\0\0\0']) {
        await writeFile(path.join(folder, 'current.json'), text);
        assert.equal(await readCosts(context), null, text);
        assert.ok(!(await readdir(folder)).includes('current.json'), text);
      }
      await writeFile(path.join(folder, 'current.json'), '{"v":2}');
      assert.equal(await readCosts(context), null);
      assert.ok((await readdir(folder)).includes('current.json'));
    });
  });
});
