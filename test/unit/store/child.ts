// What the tests run in processes of their own: node child.cjs <role> <store> [argument…]
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../../src/contract/events';
import { silentLog } from '../../../src/core/ports';
import { claimOnce, Duty } from '../../../src/core/store/duty';
import { isSameProcess } from '../../../src/core/store/processes';
import { openStore, type Store } from '../../../src/core/store/store';

const ref = { plan: 'inbox', task: 'one' };
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Lines from the parent, as commands. */
function commands(on: (line: string) => void | Promise<void>): void {
  createInterface({ input: process.stdin }).on('line', (line) => void on(line));
}

/** Says "ready" and waits for the parent's word, so that all begin at once. */
async function start(): Promise<void> {
  say('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.pause();
}

const roles: Record<string, (store: Store, args: string[]) => Promise<void>> = {
  /** Appends `count` events, as fast as it can. */
  async append(store, [actor, count]) {
    await start();
    for (let i = 0; i < Number(count); i++) {
      const text = `${actor}-${i}`;
      await store.events.appendTask(ref, { kind: 'text-seen', text, title: 'x'.repeat(i * 40) });
    }
  },

  /** Writes one journal again and again until it is killed. */
  async rewrite(store) {
    const journal = await store.journals.begin('sync', { step: '0' });
    say('begun');
    for (let n = 1; ; n += 1) await journal.update({ step: String(n) });
  },

  /** Takes a lock and keeps it until it is killed. */
  async lock(store, [name = '']) {
    await store.locks.withLock(name, async () => {
      say('locked');
      await new Promise(() => setInterval(() => undefined, 1000));
    });
  },

  /** Begins a journal and works on until it is killed. */
  async journal(store, [step]) {
    await store.journals.begin('sync', { step });
    say('begun');
    setInterval(() => undefined, 1000);
  },

  /** Takes and gives back one lease, again and again, with a file that only one may hold. */
  async contend(store, [name, times]) {
    await start();
    for (let won = 0; won < Number(times); ) {
      const lease = await store.leases.acquire(name ?? '', { version: '1' });
      if ('held' in lease) {
        await sleep(1);
        continue;
      }
      // Whoever finds this file has company.
      const file = join(store.dir, 'cache', 'inside');
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx' });
        await sleep(1);
        unlinkSync(file);
      } catch {
        say('two holders');
      }
      await lease.release();
      won += 1;
    }
  },

  /** Takes and gives back a lease until it kills itself, at any point of either; the file says who is inside. */
  async die(store, [name]) {
    await start();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20 + Math.random() * 200);
    for (;;) {
      const lease = await store.leases.acquire(name ?? '', { version: '1' });
      if ('held' in lease) {
        await sleep(1);
        continue;
      }
      const file = join(store.dir, 'cache', 'inside');
      const inside = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
      if (await isSameProcess(inside, null)) say('two holders');
      writeFileSync(file, String(process.pid));
      await sleep(Math.random() * 3);
      if (readFileSync(file, 'utf8') !== String(process.pid)) say('two holders');
      writeFileSync(file, '0');
      await lease.release();
    }
  },

  /** Takes a lease once and says whether it got it; keeps it until killed. */
  async take(store, [name]) {
    await start();
    const lease = await store.leases.acquire(name ?? '', { version: '1' });
    say('held' in lease ? 'lost' : 'won');
    setInterval(() => undefined, 60_000);
  },

  /** A window with a duty: says "duty" and "no duty"; understands "focus", "blur", "claim <key>", "end". */
  async duty(store) {
    let focused = false;
    const duty = new Duty(store, { window: String(process.pid), version: '1', prefer: () => focused });
    const watching = store.watch();
    duty.onDidChange((held) => say(held ? `duty ${Date.now()}` : `no duty ${Date.now()}`));
    duty.start();
    commands(async (line) => {
      const [command, key] = line.split(' ');
      if (command === 'focus' || command === 'blur') {
        focused = command === 'focus';
        duty.check();
      }
      if (command === 'claim') say((await claimOnce(store, key ?? '')) ? `claimed ${key}` : `not claimed ${key}`);
      if (command === 'end') {
        duty.dispose();
        await duty.settled();
        watching.dispose();
        process.exit(0);
      }
    });
    say('ready');
  },

  /** Watches, and says when it read each new event of the task. */
  async watch(store) {
    let told = 0;
    store.onDidChange(async (change) => {
      if (change.area !== 'events') return;
      const { events } = await store.events.readTask(ref);
      for (const event of events.slice(told)) if (event.kind === 'text-seen') say(`saw ${event.text} ${Date.now()}`);
      told = Math.max(told, events.length);
    });
    store.watch();
    say('ready');
  },
};

async function main(): Promise<void> {
  const [role, dir, ...args] = process.argv.slice(2);
  const actor: Actor = role === 'append' ? (args[0] as Actor) : 'window';
  const store = await openStore(dir ?? '', { log: silentLog, actor });
  await roles[role ?? '']?.(store, args);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
