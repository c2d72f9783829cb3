import { strict as assert } from 'node:assert';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeaseFile } from '../../../src/contract/files';
import { StoreError } from '../../../src/core/store/errors';
import { leaseIdentity } from '../../../src/core/store/leaseFile';
import type { Lease } from '../../../src/core/store/leases';
import { sha256 } from '../../../src/core/store/names';
import { hostId, isSameProcess, ownStartTime, processStartTime } from '../../../src/core/store/processes';
import type { Store } from '../../../src/core/store/store';
import { Child, cleanUp, testStore } from './support';

const name = 'inbox~one';

async function take(store: Store): Promise<Lease> {
  const lease = await store.leases.acquire(name, { version: '1', session: 's', agent: 'demo', window: 'w' });
  assert.ok(!('held' in lease), 'the lease was free');
  return lease;
}

async function deadLease(patch: Partial<LeaseFile>): Promise<LeaseFile> {
  const at = new Date().toISOString();
  const own = { pid: process.pid, pidStarted: await ownStartTime(), host: hostId() };
  const base = { v: 1, name, session: 'old', agent: null, agentPid: null, window: null, version: '1' } as const;
  return { ...base, ...own, at, renewedAt: at, ...patch };
}

describe('store: processes', () => {
  afterEach(cleanUp);

  it('a process is itself by id and start, and gone after kill -9', async () => {
    const { dir } = await testStore();
    const child = await Child.start('take', dir, name);
    await child.line('ready');
    const started = await processStartTime(child.pid);
    assert.ok(started);
    assert.equal(await isSameProcess(child.pid, started), true);
    assert.equal(await isSameProcess(child.pid, null), true);
    child.kill();
    await child.gone();
    assert.equal(await isSameProcess(child.pid, started), false);
    assert.equal(await isSameProcess(child.pid, null), false);
  });

  it('the same id with another start time is another process', async () => {
    assert.equal(await isSameProcess(process.pid, await ownStartTime()), true);
    assert.equal(await isSameProcess(process.pid, 'another boot:1'), false);
  });

  it('ids that name no process or a whole group are nobody', async () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 40]) assert.equal(await isSameProcess(pid, null), false, `${pid}`);
  });
});

describe('store: leases', () => {
  afterEach(cleanUp);

  it('is held by one, shown to others, updated, and free after release', async () => {
    const { store, dir } = await testStore();
    const lease = await take(store);
    const other = await store.leases.acquire(name, { version: '2' });
    assert.ok('held' in other && other.held.pid === process.pid && other.held.session === 's');
    await lease.update({ agentPid: 7, session: 't' });
    assert.deepEqual(await store.leases.read(name), { file: lease.file, alive: true });
    assert.equal((await store.leases.list())[0]?.file.agentPid, 7);
    await lease.release();
    await lease.release();
    assert.equal(await store.leases.read(name), null);
    await (await take(store)).release();
    assert.deepEqual(await readdir(join(dir, 'leases')), []);
    assert.deepEqual(await readdir(join(dir, 'locks')), [], 'nothing is left behind');
  });

  it('two processes acquire one lease 50 times at once: never two holders', async () => {
    const { dir } = await testStore();
    const children = await Promise.all([1, 2].map(() => Child.start('contend', dir, name, '50')));
    for (const child of children) await child.line('ready');
    for (const child of children) child.send('go');
    for (const child of children) await child.end();
    assert.deepEqual(
      children.flatMap((child) => child.lines),
      ['ready', 'ready'],
    );
  });

  it('of six processes exactly one takes a dead lease, round after round', async () => {
    const { store, dir } = await testStore();
    for (let round = 0; round < 3; round++) {
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      const children = await Promise.all(names.map(() => Child.start('take', dir, name)));
      for (const child of children) await child.line('ready');
      const dead = await deadLease({ pid: 2 ** 22 + 1 + round });
      await writeFile(join(dir, 'leases', name), JSON.stringify(dead));
      for (const child of children) child.send('go');
      const said = await Promise.all(
        children.map((c) => Promise.race([c.line('won').then(() => 1), c.line('lost').then(() => 0)])),
      );
      assert.equal(
        said.reduce<number>((sum, n) => sum + n, 0),
        1,
      );
      for (const child of children) child.kill();
      for (const child of children) await child.gone();
      assert.equal((await store.leases.read(name))?.alive, false);
    }
  }).timeout(60_000);

  it('a holder killed with -9 is replaced at the next call', async () => {
    const { store, dir } = await testStore();
    const child = await Child.start('take', dir, name);
    child.send('go');
    await child.line('won');
    assert.ok('held' in (await store.leases.acquire(name, { version: '1' })));
    child.kill();
    await child.gone();
    const before = performance.now();
    await (await take(store)).release();
    const ms = performance.now() - before;
    console.log(`      take-over after kill -9: ${ms.toFixed(1)} ms`);
    assert.ok(ms < 5_000);
  });

  it('processes killed with -9 at any moment leave neither two holders nor a lease that nobody can take', async () => {
    const { store, dir } = await testStore();
    for (let round = 0; round < 4; round++) {
      const children = await Promise.all([...Array(5).keys()].map(() => Child.start('die', dir, name)));
      for (const child of children) await child.line('ready');
      for (const child of children) child.send('go');
      for (const child of children) await child.gone();
      assert.deepEqual(
        children.flatMap((child) => child.lines).filter((line) => line !== 'ready'),
        [],
      );
      await (await take(store)).release();
    }
  }).timeout(60_000);

  it('a process id that is used again does not keep a lease alive', async () => {
    const { store, dir } = await testStore();
    await writeFile(join(dir, 'leases', name), JSON.stringify(await deadLease({ pidStarted: 'before:1' })));
    assert.equal((await store.leases.read(name))?.alive, false);
    await take(store);
  });

  it('a holder elsewhere lives as long as it renews, and one with a clock ahead is alive', async () => {
    const { store, dir } = await testStore();
    const elsewhere = async (ms: number) => {
      const renewedAt = new Date(Date.now() + ms).toISOString();
      await writeFile(join(dir, 'leases', name), JSON.stringify(await deadLease({ host: 'elsewhere', renewedAt })));
      return (await store.leases.read(name))?.alive;
    };
    assert.equal(await elsewhere(-10_000), true);
    assert.equal(await elsewhere(60_000), true);
    assert.equal(await elsewhere(-30_000), false);
    const lease = await take(store);
    // It wakes and overwrites ours: then ours is lost, and says so.
    await elsewhere(0);
    await assert.rejects(lease.update({ session: 'x' }), (e) => StoreError.is(e) && e.reason === 'lease-lost');
    assert.equal(lease.lost.aborted, true);
    await lease.release();
    assert.equal((await store.leases.read(name))?.file.host, 'elsewhere', 'a lost lease is not released');
  });

  it('a taker that died half way does not block the next one', async () => {
    const { store, dir } = await testStore();
    const dead = await deadLease({ pid: 2 ** 22 + 1 });
    await writeFile(join(dir, 'leases', name), JSON.stringify(dead));
    const key = sha256(`${name}\n${leaseIdentity(dead)}`);
    const marker = { pid: 2 ** 22 + 2, pidStarted: 'x', host: hostId(), at: dead.at };
    await writeFile(join(dir, 'locks', `take-${key.slice(0, 40)}`), JSON.stringify(marker));
    await take(store);
    assert.deepEqual(await readdir(join(dir, 'locks')), []);
  });

  it('a lease truncated at every byte is reported, never thrown, and mended by its live holder', async () => {
    const { store, dir, damage } = await testStore();
    const lease = await take(store);
    const file = join(dir, 'leases', name);
    const bytes = await readFile(file);
    for (let length = 0; length < bytes.length - 1; length++) {
      await writeFile(file, bytes.subarray(0, length));
      assert.equal(await store.leases.read(name), null, `cut at ${length}`);
      assert.deepEqual(await store.leases.list(), []);
    }
    assert.deepEqual(
      damage.map((d) => [d.file, d.reason]),
      [[file, 'not-json']],
      'reported once',
    );
    await lease.update({ session: 'mended' });
    assert.equal((await store.leases.read(name))?.file.session, 'mended');
  });

  it('a truncated lease that nobody mends is taken', async () => {
    const { store, dir, damage } = await testStore();
    const file = join(dir, 'leases', name);
    await writeFile(file, '{"v":1,"na');
    await utimes(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    await take(store);
    assert.deepEqual(
      damage.map((d) => [d.file, d.reason]),
      [[file, 'not-json']],
    );
  });

  it('what is no lease in the folder is passed over', async () => {
    const { store, dir } = await testStore();
    await mkdir(join(dir, 'leases', 'folder'));
    await writeFile(join(dir, 'leases', 'copy'), JSON.stringify(await deadLease({})));
    await writeFile(join(dir, 'leases', '.hidden'), 'x');
    const lease = await take(store);
    assert.deepEqual(
      (await store.leases.list()).map((l) => l.file.name),
      [name],
    );
    await assert.rejects(
      store.leases.acquire('../x', { version: '1' }),
      (e) => StoreError.is(e) && e.reason === 'bad-name',
    );
    await lease.release();
  });

  it('survives the deletion of the store', async () => {
    const { store, dir } = await testStore();
    const lease = await take(store);
    await rm(dir, { recursive: true });
    await lease.update({ session: 'again' });
    assert.equal((await store.leases.read(name))?.file.session, 'again');
  });
});
