import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Thread time in microseconds: what else the machine does is not in it. */
  readonly tdur?: number;
  readonly dur: number;
  readonly args?: { readonly name?: string };
}

/**
 * How long the tasks of a page's main thread were busy while `action` ran, in milliseconds, the longest first. While one
 * runs, no frame is drawn. It is the processor's time, so that a busy machine makes no difference.
 */
export async function mainThreadTasks(browser: Browser, page: Page, action: () => Promise<unknown>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  let trace: Buffer;
  try {
    await action();
  } finally {
    // Also when the action fails: a browser traces once at a time.
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && mains.has(`${pid}:${tid}`),
  );
  // Of tasks that take less than the clock can tell only the whole time is noted.
  return tasks.map(({ tdur, dur }) => (tdur ?? dur) / 1000).sort((a, b) => b - a);
}
