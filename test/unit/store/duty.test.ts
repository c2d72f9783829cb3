import { strict as assert } from 'node:assert';
import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Duty } from '../../../src/core/store/duty';
import { Child, cleanUp, testStore, until } from './support';

const holds = (child: Child) => {
  const last = child.lines.filter((line) => /^(no )?duty /.test(line)).at(-1);
  return last?.startsWith('duty') === true;
};
const holders = (windows: Child[]) => windows.filter(holds);

/** When each holding began and ended, by the processes' own words; the time of a kill ends it, too. */
function assertNeverTwo(windows: Child[], killed: Map<Child, number>): void {
  const spans = windows.flatMap((child) => {
    const own: { from: number; to: number }[] = [];
    for (const line of child.lines) {
      const at = Number(line.split(' ').at(-1));
      const last = own.at(-1);
      if (line.startsWith('duty ')) own.push({ from: at, to: killed.get(child) ?? Number.POSITIVE_INFINITY });
      else if (line.startsWith('no duty ') && last !== undefined) last.to = at;
    }
    return own;
  });
  spans.sort((a, b) => a.from - b.from);
  for (const [i, span] of spans.entries()) {
    const next = spans[i + 1];
    if (next !== undefined) assert.ok(span.to <= next.from, `two holders at ${next.from}: ${JSON.stringify(spans)}`);
  }
}

describe('store: duty', () => {
  afterEach(cleanUp);

  it('whoever gets it removes what is long over, and nothing else', async () => {
    const { store, dir } = await testStore();
    const old = new Date(Date.now() - 40 * 24 * 3_600_000);
    const over = ['launch/a.json', 'launch/a.claimed', 'cache/claim-x', 'locks/.new-1-a', 'locks/take-a'];
    const kept = ['launch/b.json', 'cache/claim-y', 'cache/settings.json', 'events/p~t.jsonl', 'texts/x'];
    for (const file of [...over, ...kept]) await writeFile(join(dir, file), '');
    for (const file of [...over, ...kept.slice(2)]) await utimes(join(dir, file), old, old);
    const duty = new Duty(store, { window: null, version: '1' });
    duty.start();
    await duty.settled();
    assert.equal(duty.held, true);
    for (const file of over) await assert.rejects(stat(join(dir, file)), file);
    for (const file of kept) await stat(join(dir, file));
    duty.dispose();
    await duty.settled();
    assert.equal(await store.leases.read('duty'), null, 'given back');
  });

  it('ten windows: one holder, one notification, a killed holder replaced within 10 s, focus gets it', async () => {
    const { dir } = await testStore();
    const windows = await Promise.all([...Array(10).keys()].map(() => Child.start('duty', dir)));
    for (const child of windows) await child.line('ready');
    await until(() => holders(windows).length > 0, 'somebody has the duty');

    for (const child of windows) child.send('claim done-42');
    await until(() => windows.every((c) => c.lines.some((l) => l.endsWith('claimed done-42'))), 'all have asked');
    assert.equal(windows.filter((child) => child.lines.includes('claimed done-42')).length, 1, 'one notification');

    const killed = new Map<Child, number>();
    const [first] = holders(windows);
    assert.ok(first);
    const before = performance.now();
    // Before the kill: others may see that it is gone before this process is told.
    killed.set(first, Date.now());
    first.kill();
    await first.gone();
    const rest = windows.filter((child) => child !== first);
    await until(() => holders(rest).length > 0, 'another takes over', 10_000);
    console.log(`      duty taken over ${(performance.now() - before).toFixed(0)} ms after kill -9`);

    const focused = rest.find((child) => !holds(child));
    assert.ok(focused);
    const asked = performance.now();
    focused.send('focus');
    await until(() => holds(focused), 'the focused window gets the duty', 10_000);
    console.log(`      duty with the focused window after ${(performance.now() - asked).toFixed(0)} ms`);
    focused.send('blur');
    await sleep(2_500); // more than a tick: it stays where it is while none is focused
    assert.deepEqual(holders(rest), [focused]);

    focused.send('end');
    await focused.end();
    const others = rest.filter((child) => child !== focused);
    await until(() => holders(others).length > 0, 'another takes over when the holder ends', 10_000);
    assert.equal(holders(others).length, 1);
    assertNeverTwo(windows, killed);
  }).timeout(60_000);
});
