import { strict as assert } from 'node:assert';
import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskEvent } from '../../../src/contract/events';
import { StoreError } from '../../../src/core/store/errors';
import type { NewTaskEvent } from '../../../src/core/store/events';
import { Child, cleanUp, testStore } from './support';

const ref = { plan: 'inbox', task: 'one' };
const texts = (events: TaskEvent[]) => events.map((event) => (event.kind === 'text-seen' ? event.text : event.kind));
const seen = (text: string): NewTaskEvent => ({ kind: 'text-seen', text, title: text });

describe('store: event logs', () => {
  afterEach(cleanUp);

  it('gives back what was appended, with version, time and writer', async () => {
    const { store } = await testStore({ now: () => new Date('2026-01-02T03:04:05.678Z') });
    const event = await store.events.appendTask(ref, { kind: 'forgotten', by: { actor: 'hook' } });
    assert.deepEqual(event, {
      v: 1,
      at: '2026-01-02T03:04:05.678Z',
      by: { actor: 'hook', pid: process.pid },
      kind: 'forgotten',
    });
    assert.deepEqual(await store.events.readTask(ref), { events: [event], damage: [] });
    assert.deepEqual(await store.events.tasks(), [ref]);
    await store.events.appendRepository({ kind: 'last-agent', agent: 'demo', model: null });
    assert.equal((await store.events.readRepository()).events.length, 1);
    assert.deepEqual(await store.events.tasks(), [ref], 'the repository is no task');
  });

  it('loses none of 300 changes that runner, hook and window append at once', async () => {
    const { store, dir } = await testStore();
    const actors = ['runner', 'hook', 'window'];
    const children = await Promise.all(actors.map((actor) => Child.start('append', dir, actor, '100')));
    for (const child of children) await child.line('ready');
    for (const child of children) child.send('go');
    for (const child of children) await child.end();
    const { events, damage } = await store.events.readTask(ref);
    assert.deepEqual(damage, []);
    assert.equal(events.length, 300);
    for (const actor of actors) {
      const own = events.filter((event) => event.by.actor === actor);
      assert.deepEqual(
        texts(own),
        [...Array(100).keys()].map((i) => `${actor}-${i}`),
      );
    }
  });

  it('reads only what is new, and everything anew when the file is another', async () => {
    const { store, dir } = await testStore();
    const file = join(dir, 'events', 'inbox~one.jsonl');
    await store.events.appendTask(ref, seen('a'));
    await store.events.readTask(ref);
    await store.events.appendTask(ref, seen('b'));
    assert.deepEqual(texts((await store.events.readTask(ref)).events), ['a', 'b']);
    const other = (await readFile(file, 'utf8')).replaceAll('"a"', '"A"');
    await rm(file);
    await writeFile(file, `${other}${other}`);
    assert.deepEqual(texts((await store.events.readTask(ref)).events), ['A', 'b', 'A', 'b']);
    await truncate(file, other.length);
    assert.deepEqual(texts((await store.events.readTask(ref)).events), ['A', 'b']);
    await rm(file);
    assert.deepEqual(await store.events.readTask(ref), { events: [], damage: [] });
  });

  it('an event log truncated at every byte loses no complete line and reports the stump', async () => {
    const { store, dir } = await testStore();
    const source = join(dir, 'events', 'inbox~one.jsonl');
    for (const text of ['a', 'ü\n"\u2028', 'c']) await store.events.appendTask(ref, seen(text));
    const bytes = await readFile(source);
    const check = async (length: number) => {
      const cut = bytes.subarray(0, length);
      const task = { plan: 'cut', task: `t${length}` };
      await writeFile(join(dir, 'events', `cut~t${length}.jsonl`), cut);
      const { events, damage } = await store.events.readTask(task);
      // A record is whole when its closing brace is there, with or without the newline behind it.
      const whole = cut
        .toString('latin1')
        .split('\n')
        .filter((line) => line.endsWith('}}') || line.endsWith('"}')).length;
      const stump = cut.length > 0 && cut.at(-1) !== 0x0a && !cut.toString('latin1').endsWith('"}');
      assert.equal(events.length, whole, `cut at ${length}`);
      assert.deepEqual(
        damage.map((d) => [d.line, d.reason]),
        stump ? [[cut.toString('latin1').split('\n').length, 'torn']] : [],
        `cut at ${length}`,
      );
      const after = await store.events.appendTask(task, seen('after'));
      assert.deepEqual((await store.events.readTask(task)).events.at(-1), after, 'the log still works');
    };
    await Promise.all([...Array(bytes.length + 1).keys()].map(check));
  });

  it('skips damaged lines, each reported once with file and line, and reads the others', async () => {
    const { store, dir, damage } = await testStore();
    const file = join(dir, 'events', 'inbox~one.jsonl');
    await store.events.appendTask(ref, seen('a'));
    const bad = ['{', 'null', '[]', '{"kind":7}', '{"v":1,"kind":"state"}', '{"kind":"__proto__","v":1}'];
    await appendFile(file, `${bad.join('\n')}\n`);
    await appendFile(file, Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x00, 0x0a]));
    await store.events.appendTask(ref, seen('b'));
    for (let i = 0; i < 2; i++) assert.deepEqual(texts((await store.events.readTask(ref)).events), ['a', 'b']);
    const expected = [
      'not-json',
      'wrong-shape',
      'wrong-shape',
      'wrong-shape',
      'wrong-shape',
      'newer',
      'not-utf8',
      'not-json',
    ];
    assert.deepEqual(
      damage.map((d) => [d.file, d.line, d.reason]),
      expected.map((reason, i) => [file, i + 3, reason]),
    );
  });

  it('keeps lines of a newer version and unknown kinds, and says so once', async () => {
    const { store, dir, damage } = await testStore();
    const file = join(dir, 'events', 'inbox~one.jsonl');
    const line = '{"v":1,"kind":"teleported","at":"x"}\n{"v":2,"kind":"state"}\n';
    await appendFile(file, line.repeat(3));
    assert.deepEqual((await store.events.readTask(ref)).events, []);
    assert.deepEqual(
      damage.map((d) => d.reason),
      ['newer'],
    );
    assert.equal(await readFile(file, 'utf8'), line.repeat(3));
  });

  it('a folder or an unreadable file where a log should be is reported, not thrown', async () => {
    const { store, dir, damage } = await testStore();
    await mkdir(join(dir, 'events', 'inbox~one.jsonl'));
    assert.deepEqual((await store.events.readTask(ref)).events, []);
    assert.deepEqual(
      damage.map((d) => d.reason),
      ['unreadable'],
    );
    await assert.rejects(store.events.appendTask(ref, seen('a')), (e) => StoreError.is(e) && e.reason === 'failed');
  });

  it('task ids that are no file names are refused: ../x, a/b, NUL, devices, capitals', async () => {
    const { store, dir } = await testStore();
    const bad = [
      '../x',
      '..',
      'a/b',
      'a\\b',
      'a\0b',
      'nul',
      'con.txt',
      'A',
      '',
      '.a',
      '-a',
      'a..b',
      'a.',
      'a.lock',
      'a~b',
      'x'.repeat(51),
      'ä',
      'a\nb',
    ];
    for (const id of bad) {
      for (const hostile of [
        { plan: 'p', task: id },
        { plan: id, task: 't' },
      ]) {
        const isBadName = (e: unknown) => StoreError.is(e) && e.reason === 'bad-name';
        await assert.rejects(store.events.appendTask(hostile, seen('a')), isBadName, JSON.stringify(id));
        await assert.rejects(store.events.readTask(hostile), isBadName);
        await assert.rejects(store.launches.request({ ...hostile, worktree: '/w', mode: 'terminal' }), isBadName);
      }
    }
    assert.deepEqual(await readdir(join(dir, 'events')), []);
  });

  it('text with NUL, half surrogates and line ends of every kind comes back as it was', async () => {
    const { store } = await testStore();
    const text = 'a\0b\ud800c\r\n\u2028\u2029\u0085"\\\udfff';
    await store.events.appendTask(ref, seen(text));
    assert.deepEqual(texts((await store.events.readTask(ref)).events), [text]);
  });

  it('an event of a wrong shape is refused before it is written', async () => {
    const { store, dir } = await testStore();
    const wrong = { kind: 'state', to: 'flying', reason: '' } as unknown as NewTaskEvent;
    await assert.rejects(store.events.appendTask(ref, wrong), (e) => StoreError.is(e) && e.reason === 'bad-event');
    const unknown = { kind: 'constructor' } as unknown as NewTaskEvent;
    await assert.rejects(store.events.appendTask(ref, unknown), (e) => StoreError.is(e) && e.reason === 'bad-event');
    assert.deepEqual(await readdir(join(dir, 'events')), []);
  });

  it('appends when someone deleted the store, but brings no deleted repository back', async () => {
    const { store, dir } = await testStore();
    await rm(dir, { recursive: true });
    await store.events.appendTask(ref, seen('a'));
    assert.deepEqual(texts((await store.events.readTask(ref)).events), ['a']);
    await rm(join(dir, '..'), { recursive: true });
    await assert.rejects(store.events.appendTask(ref, seen('b')), StoreError);
    await assert.rejects(stat(join(dir, '..')));
  });

  it('a torn last line that is completed later is read', async () => {
    const { store, dir } = await testStore();
    const file = join(dir, 'events', 'inbox~one.jsonl');
    const event = await store.events.appendTask(ref, seen('a'));
    await rm(file);
    const line = JSON.stringify(event);
    await writeFile(file, line.slice(0, 20));
    await utimes(file, 1, 1);
    assert.deepEqual((await store.events.readTask(ref)).events, []);
    await appendFile(file, `${line.slice(20)}\n`);
    assert.deepEqual(await store.events.readTask(ref), { events: [event], damage: [] });
  });
});
