import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One figure beside the one it is held against; `limit` is what `value` may be at most. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB' | 'processes' | '×';
  readonly limit: number;
  readonly beside: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * A folder for one bench: in memory where the system has such a place, since timings on a shared disk swing by 10 ×.
 * `SWITCHYARD_BENCH_DIR` names another, for instance on a disk that shares blocks between copies.
 */
export function benchFolder(): { path: string; remove(): void } {
  const memory = '/dev/shm';
  const parent = statSync(memory, { throwIfNoEntry: false })?.isDirectory() ? memory : tmpdir();
  const path = mkdtempSync(join(process.env.SWITCHYARD_BENCH_DIR ?? parent, 'switchyard-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A repository of `files` files of about 1 kB in folders of 50, one commit, no remote. */
export function makeRepository(path: string, files: number): void {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '-q', '-b', 'main');
  git(path, 'config', 'user.name', 'Bench');
  git(path, 'config', 'user.email', 'bench@example.invalid');
  for (let index = 0; index < files; index += 1) {
    const folder = join(path, 'src', `m${String(Math.floor(index / 50)).padStart(4, '0')}`);
    if (index % 50 === 0) mkdirSync(folder, { recursive: true });
    const lines = Array.from({ length: 20 }, (_, line) => `export const v${index}_${line} = ${index * 31 + line};`);
    writeFileSync(join(folder, `f${index}.ts`), `${lines.join('\n')}\n`);
  }
  git(path, 'add', '-A');
  git(path, 'commit', '-q', '-m', 'Base');
}

/** The longest time for which this thread answered nobody while `run` went on, in ms. */
export async function longestBlock(run: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const watch = setInterval(look, 1);
  await run().finally(() => clearInterval(watch));
  look();
  return longest;
}

/** Prints figures as a table and tells whether all are within their limits. */
export function report(figures: readonly Figure[]): boolean {
  let met = true;
  for (const figure of figures) {
    const good = figure.value <= figure.limit;
    met &&= good;
    const value = `${figure.value.toFixed(figure.unit === 'processes' ? 0 : 2)} ${figure.unit}`;
    console.log(
      `${good ? 'met ' : 'OVER'}  ${figure.name.padEnd(58)} ${value.padStart(14)}   limit ${Number.isFinite(figure.limit) ? figure.limit.toFixed(2) : '–'}   ${figure.beside}`,
    );
  }
  return met;
}
