import { setTimeout as delay } from 'node:timers/promises';

/** `deadlineMs`: when to give up; `everyMs`: pause between two looks. Milliseconds. */
export interface WaitOptions {
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks again and again until `look` gives something other than `undefined`, `null` or `false`, and returns that.
 * A look that throws counts as "not yet"; its message is part of the error at the deadline.
 * @param what named in the error: "Not within 10 s: <what>"
 */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  options: WaitOptions = {},
): Promise<T> {
  const { deadlineMs = 30_000, everyMs = 100 } = options;
  const end = performance.now() + deadlineMs;
  let reason = '';
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== null && seen !== false) return seen;
      reason = '';
    } catch (error) {
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (performance.now() > end) throw new Error(`Not within ${deadlineMs / 1000} s: ${what}${reason}`);
    await delay(everyMs);
  }
}
