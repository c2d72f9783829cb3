import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { recordReaders } from '../core/agents/recordReaders';
import type { Settings } from '../core/ports';
import { bookOf } from '../core/prices/book';
import { createDays } from '../core/usage/days';
import { createMeter } from '../core/usage/meter';
import { type CostForm, costForm, printCost, recordsBehind } from './costAnswer';
import { exitCodeOf, exitCodes } from './exitCodes';
import { note } from './output';

/**
 * `cost --all` where no task can be concerned: outside of repositories, and in those that Switchyard has never worked in.
 * Nothing but the records is needed, so nothing else is loaded and no program is started.
 * @returns null when the whole command line has to answer
 */
export async function costAll(args: readonly string[]): Promise<number | null> {
  const flags = flagsOf(args);
  if (flags === null || process.env.SWITCHYARD_SETTINGS || (await hasStore(path.resolve(flags.C ?? '.')))) return null;
  try {
    await printAll(costForm(flags, flags.json === true), { prices: {}, priceDiscounts: {}, customAgents: {} });
    return exitCodes.done;
  } catch (error) {
    note(`switchyard: ${error instanceof Error ? error.message : String(error)}`);
    return exitCodeOf(error);
  }
}

/** Everything on this machine, outside of a repository. */
export async function printAll(
  form: CostForm,
  settings: Pick<Settings, 'prices' | 'priceDiscounts' | 'customAgents'>,
): Promise<void> {
  // It ends before what is compiled at length can pay: with less put into one another, compiling takes a fifth less of all.
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=200');
  // This process's own: asking for its name would take longer than many answers.
  const timeZone = '';
  const prices = bookOf(settings, null);
  const places = { env: process.env, home: os.homedir(), platform: process.platform };
  const meter = createMeter({ readers: recordReaders(settings), places });
  await printCost(form, {
    usage: await meter.ask({ tasks: [], folders: [], prices, timeZone, all: true }),
    pricesAsOf: prices.asOf,
    typeOf: () => null,
    records: (buckets) => recordsBehind((filter) => meter.records(filter), buckets, createDays(timeZone)),
  });
}

/** null: not this command, or typed in a way that is to be explained. */
function flagsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        C: { type: 'string', short: 'C' },
        json: { type: 'boolean' },
        by: { type: 'string' },
        all: { type: 'boolean' },
        since: { type: 'string' },
        records: { type: 'boolean' },
      },
    });
    return positionals.length === 1 && positionals[0] === 'cost' && values.all === true ? values : null;
  } catch {
    return null;
  }
}

/** Whether a repository around the folder has a store. Asked without git; what only git can tell counts as one. */
async function hasStore(cwd: string): Promise<boolean> {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const facts = await stat(path.join(folder, '.git')).catch(() => null); // not there, or not ours to see: no repository
    if (facts !== null) {
      if (!facts.isDirectory()) return true;
      return (await stat(path.join(folder, '.git', 'switchyard')).catch(() => null)) !== null;
    }
    if (await isBare(folder)) return true;
    if (path.dirname(folder) === folder) return false;
  }
}

/** A bare repository, or the git directory of one: gitrepository-layout(5). */
async function isBare(folder: string): Promise<boolean> {
  const [head, objects] = await Promise.all(
    ['HEAD', 'objects'].map((name) => stat(path.join(folder, name)).catch(() => null)),
  );
  return head?.isFile() === true && objects?.isDirectory() === true;
}
