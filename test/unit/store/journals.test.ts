import { strict as assert } from 'node:assert';
import { readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { Child, cleanUp, testStore } from './support';

const schema = z.object({ step: z.string() });

describe('store: journals', () => {
  afterEach(cleanUp);

  it('is on the disk before the first step, is replaced by each, and gone after the last', async () => {
    const { store, dir } = await testStore();
    const journal = await store.journals.begin('clean', { step: 'one' });
    assert.deepEqual(
      (await store.journals.list('clean', schema)).map(({ id, data, alive }) => ({ id, data, alive })),
      [{ id: journal.id, data: { step: 'one' }, alive: true }],
    );
    await journal.update({ step: 'two' });
    assert.deepEqual(journal.data, { step: 'two' });
    assert.equal((await store.journals.list('clean', schema))[0]?.data.step, 'two');
    assert.deepEqual(await store.journals.list('restore', schema), [], 'other operations are not listed');
    await journal.remove();
    await journal.remove();
    assert.deepEqual(await store.journals.list('clean', schema), []);
    assert.deepEqual(await readdir(join(dir, 'cache')), []);
  });

  it('tells the journal of a killed process from that of a live one, and hands it on', async () => {
    const { store, dir } = await testStore();
    const child = await Child.start('journal', dir, 'half way');
    await child.line('begun');
    assert.equal((await store.journals.list('sync', schema))[0]?.alive, true);
    child.kill();
    await child.gone();
    const [found] = await store.journals.list('sync', schema);
    assert.equal(found?.alive, false);
    assert.equal(found?.data.step, 'half way');
    await found?.remove();
    assert.deepEqual(await store.journals.list('sync', schema), []);
  });

  it('killed in the middle of a write, the old or the new one is there, and the next start sweeps the rest', async () => {
    const { store, dir } = await testStore();
    for (let round = 1; round <= 10; round += 1) {
      const child = await Child.start('rewrite', dir);
      await child.line('begun');
      await sleep(Math.random() * 20);
      child.kill();
      await child.gone();
      const found = await store.journals.list('sync', schema);
      assert.equal(found.length, 1);
      await store.locks.releaseStale();
      await found[0]?.remove();
      assert.deepEqual(await readdir(join(dir, 'locks')), []);
      assert.deepEqual(await readdir(join(dir, 'cache')), []);
    }
  });

  it('takes a process that cannot be asked for dead a quarter of an hour after its last word', async () => {
    const { store, dir } = await testStore();
    await store.journals.begin('make', { step: 'one' });
    const [name = ''] = await readdir(join(dir, 'cache'));
    const file = join(dir, 'cache', name);
    const elsewhere = { ...JSON.parse(await readFile(file, 'utf8')), host: 'elsewhere' };
    await writeFile(file, JSON.stringify(elsewhere));
    assert.equal((await store.journals.list('make', schema))[0]?.alive, true);
    const past = new Date(Date.now() - 16 * 60_000);
    await utimes(file, past, past);
    assert.equal((await store.journals.list('make', schema))[0]?.alive, false);
  });

  it('one truncated at every byte, or of another form, is reported, passed over and left where it is', async () => {
    const { store, dir, damage } = await testStore();
    await store.journals.begin('clean', { step: 'one' });
    const [name = ''] = await readdir(join(dir, 'cache'));
    const file = join(dir, 'cache', name);
    const whole = await readFile(file);
    for (let length = 0; length < whole.length - 1; length += 1) {
      await writeFile(file, whole);
      await truncate(file, length);
      assert.deepEqual(await store.journals.list('clean', schema), [], `${length} bytes`);
    }
    await writeFile(file, JSON.stringify({ ...JSON.parse(whole.toString()), data: { other: 1 } }));
    assert.deepEqual(await store.journals.list('clean', schema), []);
    assert.ok(damage.some(({ reason }) => reason === 'wrong-shape'));
    assert.deepEqual(await readdir(join(dir, 'cache')), [name]);
  });
});
