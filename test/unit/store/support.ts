import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/core/ports';
import type { Damage } from '../../../src/core/store/errors';
import { openStore, type Store } from '../../../src/core/store/store';
import { bundled } from '../support/bundled';

const folders: string[] = [];
const stores: Store[] = [];
const children = new Set<Child>();

/** A folder of its own, removed by `cleanUp`. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-store-'));
  folders.push(folder);
  return folder;
}

export interface TestStore {
  readonly store: Store;
  readonly dir: string;
  readonly damage: Damage[];
}

export async function testStore(o: { now?: () => Date; dir?: string } = {}): Promise<TestStore> {
  const dir = o.dir ?? join(await tempFolder(), 'switchyard');
  const store = await openStore(dir, { log: silentLog, actor: 'cli', ...(o.now ? { now: o.now } : {}) });
  stores.push(store);
  const damage: Damage[] = [];
  store.damage((item) => damage.push(item));
  return { store, dir, damage };
}

/** For `afterEach`: ends what a test left behind. */
export async function cleanUp(): Promise<void> {
  for (const child of children) child.kill();
  for (const store of stores.splice(0)) store.dispose();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Waits for a condition, not for a time. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 45_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${ms} ms in vain: ${what}`);
    await sleep(10);
  }
}

/** A promise that the test resolves. */
export function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => resolvers.push(resolve));
  return { promise, resolve: () => resolvers[0]?.() };
}

/** A real process on a store; it talks in lines. */
export class Child {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stderr = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    if (process.stdout !== null) createInterface({ input: process.stdout }).on('line', (line) => this.lines.push(line));
    process.stderr?.on('data', (data) => {
      this.#stderr += String(data);
    });
    this.#ended = once(process, 'close');
    children.add(this);
  }

  static async start(role: string, dir: string, ...args: string[]): Promise<Child> {
    const script = await bundled(join(__dirname, 'child.ts'));
    return new Child(spawn(process.execPath, [script, role, dir, ...args], { stdio: ['pipe', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  send(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  async line(wanted: string, ms?: number): Promise<void> {
    const ended = () => this.#process.exitCode !== null || this.#process.signalCode !== null;
    await until(
      () => {
        if (this.lines.includes(wanted)) return true;
        if (ended()) throw new Error(`The child ended before it said ${wanted}: ${this.#stderr}`);
        return false;
      },
      `the child says ${wanted} (${this.#stderr})`,
      ms,
    );
  }

  /** kill -9 */
  kill(): void {
    children.delete(this);
    this.#process.kill('SIGKILL');
  }

  /** Resolves when it has ended by itself; its exit must be 0. */
  async end(): Promise<void> {
    await this.#ended;
    children.delete(this);
    if (this.#process.exitCode !== 0) throw new Error(`The child failed: ${this.#stderr}`);
  }

  async gone(): Promise<void> {
    await this.#ended;
  }
}
