import { strict as assert } from 'node:assert';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { silentLog } from '../../../src/core/ports';
import { claimOnce } from '../../../src/core/store/duty';
import { StoreError } from '../../../src/core/store/errors';
import { findTaskOfWorktree } from '../../../src/core/store/findTask';
import { worktreeKey } from '../../../src/core/store/names';
import { openStore } from '../../../src/core/store/store';
import { cleanUp, tempFolder, testStore } from './support';

const isReason = (reason: string) => (e: unknown) => StoreError.is(e) && e.reason === reason;

describe('store: opening', () => {
  afterEach(cleanUp);
  const open = (dir: string) => openStore(dir, { log: silentLog, actor: 'cli' });

  it('makes its flat folders, for the user only', async () => {
    const { dir } = await testStore();
    const folders = [
      'cache',
      'events',
      'hints',
      'launch',
      'leases',
      'locks',
      'matrix',
      'status',
      'tasks',
      'texts',
      'trains',
      'usage',
    ];
    assert.deepEqual((await readdir(dir)).sort(), folders);
    if (process.platform !== 'win32') {
      for (const folder of ['', ...folders]) assert.equal((await stat(join(dir, folder))).mode & 0o777, 0o700);
    }
    (await open(dir)).dispose();
  });

  it('a parent that is not there, a file in the way, a folder that cannot be written: each its own reason', async () => {
    const folder = await tempFolder();
    await assert.rejects(open(join(folder, 'gone', 'switchyard')), isReason('no-parent'));
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(open(join(folder, 'file')), isReason('not-a-folder'));
    await assert.rejects(open(join(folder, 'file', 'switchyard')), isReason('not-a-folder'));
    await mkdir(join(folder, 'odd'));
    await writeFile(join(folder, 'odd', 'events'), '');
    await assert.rejects(open(join(folder, 'odd')), isReason('not-a-folder'));
    // root may write everywhere, except where there is no writing
    if (process.platform === 'linux') await assert.rejects(open('/proc/switchyard'), StoreError);
  });

  it('works in a folder with spaces, quotes, unicode and a leading dash', async () => {
    const folder = join(await tempFolder(), `-a b'"ü\n$(x)`);
    await mkdir(folder);
    const { store } = await testStore({ dir: join(folder, 'switchyard') });
    await store.events.appendTask({ plan: 'p', task: 't' }, { kind: 'forgotten' });
    assert.equal((await store.events.readTask({ plan: 'p', task: 't' })).events.length, 1);
  });
});

describe('store: texts', () => {
  afterEach(cleanUp);

  it('keeps by content: NUL, half surrogates, line ends, nothing at all', async () => {
    const { store } = await testStore();
    for (const text of ['', 'a\0b', 'a\r\nb\u2028', '\ufeffx', 'ü🙂']) {
      assert.equal(await store.texts.get(await store.texts.put(text)), text);
    }
    assert.equal(await store.texts.get(await store.texts.put('a\ud800b')), 'a\ufffdb');
    assert.equal(await store.texts.put(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('a text truncated at every byte is reported, not given out, and mended by the next put', async () => {
    const { store, dir, damage } = await testStore();
    const text = 'do this\nthen that\n';
    const sha = await store.texts.put(text);
    for (let length = 0; length < text.length; length++) {
      await writeFile(join(dir, 'texts', sha), text.slice(0, length));
      assert.equal(await store.texts.get(sha), null);
    }
    assert.deepEqual(
      damage.map((d) => d.reason),
      ['wrong-content'],
    );
    await store.texts.put(text);
    assert.equal(await store.texts.get(sha), text);
  });

  it('only a hash names a text', async () => {
    const { store, dir } = await testStore();
    await writeFile(join(dir, 'secret'), 'x');
    for (const name of ['../secret', '', 'a'.repeat(63), 'A'.repeat(64)])
      assert.equal(await store.texts.get(name), null);
  });
});

describe('store: documents', () => {
  afterEach(cleanUp);
  const schema = z.object({ v: z.literal(1), n: z.number() });

  it('replaces as a whole and reads against its schema', async () => {
    const { store } = await testStore();
    assert.equal(await store.documents.read('cache', 'settings', schema), null);
    await store.documents.write('cache', 'settings', { v: 1, n: 1 });
    await store.documents.write('cache', 'settings', { v: 1, n: 2 });
    assert.deepEqual(await store.documents.read('cache', 'settings', schema), { v: 1, n: 2 });
    assert.equal(await store.documents.remove('cache', 'settings'), true);
    assert.equal(await store.documents.remove('cache', 'settings'), false);
    await assert.rejects(store.documents.write('cache', 'x', undefined), isReason('bad-document'));
    await assert.rejects(store.documents.write('tasks', '../x', {}), isReason('bad-name'));
    await assert.rejects(store.documents.read('tasks', 'a/b', schema), isReason('bad-name'));
  });

  it('a document truncated at every byte is set aside and reported, and can be written anew', async () => {
    const { store, dir, damage } = await testStore();
    await store.documents.write('tasks', 'p~t', { v: 1, n: 12345 });
    const file = join(dir, 'tasks', 'p~t.json');
    const bytes = await readFile(file);
    for (let length = 0; length < bytes.length - 1; length++) {
      await writeFile(file, bytes.subarray(0, length));
      assert.equal(await store.documents.read('tasks', 'p~t', schema), null, `cut at ${length}`);
      await assert.rejects(stat(file), 'it is set aside');
    }
    assert.deepEqual(
      damage.map((d) => [d.file, d.line, d.reason]),
      [[file, null, 'not-json']],
    );
    assert.ok((await readdir(join(dir, 'tasks'))).every((entry) => entry.startsWith('p~t.json.damaged-')));
    await store.documents.write('tasks', 'p~t', { v: 1, n: 1 });
    assert.deepEqual(await store.documents.read('tasks', 'p~t', schema), { v: 1, n: 1 });
  });

  it('one of a newer version stays where it is', async () => {
    const { store, dir, damage } = await testStore();
    await store.documents.write('status', 'w-x', { v: 2, n: 'other' });
    assert.equal(await store.documents.read('status', 'w-x', schema), null);
    assert.deepEqual(
      damage.map((d) => d.reason),
      ['newer'],
    );
    assert.deepEqual(await readdir(join(dir, 'status')), ['w-x.json']);
  });
});

describe('store: launches', () => {
  afterEach(cleanUp);
  const ref = { plan: 'inbox', task: 'one' };

  it('is claimed by exactly one, for its worktree by real path', async () => {
    const { store, dir } = await testStore();
    const other = await testStore({ dir });
    const worktree = await tempFolder();
    const linked = join(await tempFolder(), 'link');
    await symlink(worktree, linked, 'junction');
    const launch = await store.launches.request({ ...ref, worktree: linked, mode: 'newWindow' });
    assert.deepEqual(await other.store.launches.pendingFor(worktree), [launch]);
    assert.deepEqual(await other.store.launches.pendingFor(join(worktree, 'x')), []);
    const stores = [...Array(20).keys()].map((i) => (i % 2 ? store : other.store));
    const won = await Promise.all(stores.map((s) => s.launches.claim(launch.id)));
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await store.launches.list(), [{ file: launch, claimed: true, lapsed: false }]);
    assert.deepEqual(await store.launches.pendingFor(worktree), []);
    assert.equal(await store.launches.claim('unknown'), false);
    await assert.rejects(store.launches.claim('../x'), isReason('bad-name'));
  });

  it('lapses after two minutes, told by one process, and is then never claimed', async () => {
    let time = Date.parse('2026-01-01T00:00:00Z');
    const { store, dir } = await testStore({ now: () => new Date(time) });
    const other = await testStore({ dir, now: () => new Date(time) });
    const launch = await store.launches.request({ ...ref, worktree: '/w', mode: 'terminal' });
    time += 119_000;
    assert.deepEqual(await store.launches.lapseOlderThan(120_000), []);
    time += 2_000;
    assert.deepEqual(await store.launches.pendingFor('/w'), []);
    assert.equal(await store.launches.claim(launch.id), false);
    const told = await Promise.all([store, other.store].map((s) => s.launches.lapseOlderThan(120_000)));
    assert.deepEqual(told.flat(), [launch]);
    time -= 60_000;
    assert.equal(await store.launches.claim(launch.id), false, 'a clock set back does not revive it');
    assert.deepEqual(await store.launches.list(), [{ file: launch, claimed: false, lapsed: true }]);
  });

  it('a launch truncated at every byte is reported and passed over; the others stay', async () => {
    const { store, dir, damage } = await testStore();
    const good = await store.launches.request({ ...ref, worktree: '/w', mode: 'terminal' });
    const bad = await store.launches.request({ ...ref, worktree: '/w', mode: 'terminal' });
    const file = join(dir, 'launch', `${bad.id}.json`);
    const bytes = await readFile(file);
    for (let length = 0; length < bytes.length - 1; length++) {
      await writeFile(file, bytes.subarray(0, length));
      assert.deepEqual(await store.launches.pendingFor('/w'), [good], `cut at ${length}`);
      assert.equal(await store.launches.claim(bad.id), false);
    }
    assert.deepEqual(
      damage.map((d) => [d.file, d.reason]),
      [[file, 'not-json']],
    );
  });

  it('a claim whose file was cut off is still a claim', async () => {
    const { store, dir } = await testStore();
    const launch = await store.launches.request({ ...ref, worktree: '/w', mode: 'terminal' });
    await writeFile(join(dir, 'launch', `${launch.id}.claimed`), '{"v":1,"pi');
    assert.equal(await store.launches.claim(launch.id), false);
    assert.deepEqual(await store.launches.pendingFor('/w'), []);
  });
});

describe('store: small things', () => {
  afterEach(cleanUp);

  it('a key is claimed once, whatever it says, also after the store was deleted', async () => {
    const { store, dir } = await testStore();
    for (const key of ['a', '../../x', 'a\0\n', 'x'.repeat(10_000)]) {
      const won = await Promise.all([...Array(10).keys()].map(() => claimOnce(store, key)));
      assert.equal(won.filter(Boolean).length, 1);
    }
    await rm(dir, { recursive: true });
    assert.equal(await claimOnce(store, 'a'), true);
  });

  it('a worktree has one key by whatever path it is named, and two of one name differ', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'a', 'Würst -x'), { recursive: true });
    await mkdir(join(folder, 'b', 'Würst -x'), { recursive: true });
    await symlink(join(folder, 'a'), join(folder, 'link'), 'junction');
    const key = worktreeKey(join(folder, 'a', 'Würst -x'));
    assert.match(key, /^w-w-rst-x-[0-9a-f]{12}$/);
    assert.equal(worktreeKey(join(folder, 'link', 'Würst -x')), key);
    assert.notEqual(worktreeKey(join(folder, 'b', 'Würst -x')), key);
    assert.match(worktreeKey('/'), /^w--[0-9a-f]{12}$/);
    const { store, dir } = await testStore();
    await store.hints.touch(key);
    assert.deepEqual(await readdir(join(dir, 'hints')), [key]);
    await assert.rejects(store.hints.touch('../x'), isReason('bad-name'));
  });

  it('finds the task of a worktree without git, and writes nothing', async () => {
    let time = 0;
    const { store, dir } = await testStore({ now: () => new Date(time++) });
    const worktree = await tempFolder();
    const made = (path: string) => ({ kind: 'worktree-made', worktree: path, branch: 'b', head: 'h' }) as const;
    const one = { plan: 'inbox', task: 'one' };
    const two = { plan: 'inbox', task: 'two' };
    await store.events.appendTask(two, made(worktree));
    await store.events.appendTask(one, made(worktree));
    await writeFile(join(dir, 'events', 'inbox~bad.jsonl'), 'garbage');
    await writeFile(join(dir, 'events', '..~x.jsonl'), 'garbage');
    assert.deepEqual(await findTaskOfWorktree(dir, worktree), one, 'the latest');
    await store.events.appendTask(one, { kind: 'forgotten' });
    assert.deepEqual(await findTaskOfWorktree(dir, worktree), two);
    assert.equal(await findTaskOfWorktree(dir, join(worktree, 'x')), null);
    const nowhere = join(worktree, 'nowhere');
    assert.equal(await findTaskOfWorktree(nowhere, worktree), null);
    await assert.rejects(stat(nowhere));
  });
});
