import { strict as assert } from 'node:assert';
import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../../src/core/store/errors';
import { Child, cleanUp, deferred, testStore } from './support';

const isReason = (reason: string) => (e: unknown) => StoreError.is(e) && e.reason === reason;

describe('store: locks', () => {
  afterEach(cleanUp);

  it('lets one in at a time, over several stores, and leaves nothing behind', async () => {
    const { store, dir } = await testStore();
    const other = await testStore({ dir });
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(1);
      inside -= 1;
      return 'done';
    };
    const stores = [...Array(20).keys()].map((i) => (i % 2 ? store : other.store));
    const done = await Promise.all(stores.map((s) => s.locks.withLock('worktree-add', work)));
    assert.deepEqual(new Set(done), new Set(['done']));
    assert.equal(most, 1);
    assert.deepEqual(await readdir(join(dir, 'locks')), []);
  });

  it('passes on what the work throws, and is free afterwards', async () => {
    const { store } = await testStore();
    const failure = new Error('own');
    await assert.rejects(
      store.locks.withLock('a', () => Promise.reject(failure)),
      failure,
    );
    assert.equal(await store.locks.withLock('a', async () => 1), 1);
    await assert.rejects(
      store.locks.withLock('../a', async () => 1),
      isReason('bad-name'),
    );
  });

  it('says so when another holds it for too long', async () => {
    const { store, dir } = await testStore();
    const other = await testStore({ dir });
    const free = deferred();
    const isIn = deferred();
    const first = store.locks.withLock('a', async () => {
      isIn.resolve();
      await free.promise;
    });
    await isIn.promise;
    await assert.rejects(
      other.store.locks.withLock('a', async () => 1, { waitMs: 50 }),
      isReason('locked'),
    );
    free.resolve();
    await first;
    assert.equal(await other.store.locks.withLock('a', async () => 1), 1);
  });

  it('a lock that is lost while held aborts the signal of the work', async () => {
    const { store, dir } = await testStore();
    const reason = await store.locks.withLock('a', async (signal) => {
      await rm(join(dir, 'locks', 'a.lock'), { recursive: true });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return signal.reason;
    });
    assert.ok(isReason('lock-lost')(reason));
    assert.equal(await store.locks.withLock('a', async () => 1), 1);
  });

  it('a lock whose holder was killed is taken when it is stale', async () => {
    const { store, dir } = await testStore();
    const file = join(dir, 'locks', 'a.lock');
    await mkdir(file);
    const old = new Date(Date.now() - 11_000);
    await utimes(file, old, old);
    assert.equal(await store.locks.withLock('a', async () => 1, { waitMs: 1_000 }), 1);
  });

  it('a lock whose holder was killed is taken at once, by one of many', async () => {
    const { store, dir } = await testStore();
    for (let round = 0; round < 5; round += 1) {
      const child = await Child.start('lock', dir, 'a');
      await child.line('locked');
      await assert.rejects(
        store.locks.withLock('a', async () => 1, { waitMs: 0 }),
        isReason('locked'),
        'its holder lives',
      );
      child.kill();
      await child.gone();
      const others = await Promise.all([1, 2, 3].map(() => testStore({ dir })));
      let inside = 0;
      const began = performance.now();
      await Promise.all(
        others.map((other) =>
          other.store.locks.withLock('a', async () => {
            inside += 1;
            assert.equal(inside, 1);
            await sleep(20);
            inside -= 1;
          }),
        ),
      );
      assert.ok(performance.now() - began < 5_000, 'nobody waited for it to become stale');
    }
    assert.deepEqual(await readdir(join(dir, 'locks')), []);
  });

  it('the word about a holder says nothing about the lock of another', async () => {
    const { store, dir } = await testStore();
    const child = await Child.start('lock', dir, 'a');
    await child.line('locked');
    child.kill();
    await child.gone();
    // The dead one's lock became stale and somebody else made theirs, without a word so far.
    const lock = join(dir, 'locks', 'a.lock');
    await rm(lock, { recursive: true });
    await mkdir(join(dir, 'locks', 'between'));
    await mkdir(lock);
    await assert.rejects(
      store.locks.withLock('a', async () => 1, { waitMs: 0 }),
      isReason('locked'),
    );
  });

  it('gives back the locks of killed holders, and no others', async () => {
    const { store, dir } = await testStore();
    const dead = join(dir, 'locks', 'dead.lock');
    await mkdir(dead, { recursive: true });
    await utimes(dead, new Date(0), new Date(0));
    await store.locks.withLock('live', async () => {
      await store.locks.releaseStale();
      const locks = (await readdir(join(dir, 'locks'))).filter((name) => name.endsWith('.lock'));
      assert.deepEqual(locks, ['live.lock']);
    });
    assert.deepEqual(await readdir(join(dir, 'locks')), []);
  });

  it('works after the store was deleted', async () => {
    const { store, dir } = await testStore();
    await rm(dir, { recursive: true });
    assert.equal(await store.locks.withLock('a', async () => 1), 1);
  });
});
