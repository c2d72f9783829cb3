import { setImmediate } from 'node:timers/promises';

/** Lets everything else that waits for the thread run first. */
export function breathe(): Promise<void> {
  return setImmediate();
}

/** Long loops `await` it at each turn: it gives the thread away whenever they have had it for this long. */
export class Breath {
  #since = performance.now();

  constructor(private readonly ms = 8) {}

  /** Whether it is time to `await take()`. */
  get due(): boolean {
    return performance.now() - this.#since > this.ms;
  }

  async take(): Promise<void> {
    await breathe();
    this.#since = performance.now();
  }
}
