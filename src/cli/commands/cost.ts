import { GitError } from '../../core/git/errors';
import type { Repository } from '../../core/openRepository';
import { refreshPrices } from '../../core/prices/refresh';
import { refName } from '../../core/tasks/refs';
import { meterOptions, readUsage } from '../../core/tasks/usage/readUsage';
import { createDays } from '../../core/usage/days';
import { createMeter } from '../../core/usage/meter';
import { type GlobalOptions, interruptSignal, openCli, settingsOutside } from '../context';
import { printAll } from '../costAll';
import { type CostFlags, costForm, printCost, recordsBehind } from '../costAnswer';
import { exitCodes } from '../exitCodes';

interface Flags extends CostFlags {
  readonly refreshPrices?: boolean;
}

/** What this repository's tasks used, or with `--all` everything on this machine; an estimate. */
export async function cost(flags: Flags, global: GlobalOptions, version: string): Promise<number> {
  const form = costForm(flags, global.json === true);
  let repository: Repository;
  try {
    ({ repository } = await openCli(global, version));
  } catch (error) {
    const outside = GitError.is(error) && (error.reason === 'no-repository' || error.reason === 'no-git');
    if (!outside || flags.all !== true || flags.refreshPrices === true) throw error;
    await printAll(form, await settingsOutside(process.env));
    return exitCodes.done;
  }
  const signal = interruptSignal();
  const meter = createMeter(meterOptions(repository.host));
  try {
    if (flags.refreshPrices === true) await refreshPrices(repository.store.documents, { signal });
    const state = await readUsage(repository.context, { all: flags.all, signal, meter });
    const types = new Map(Object.entries(state.types));
    await printCost(form, {
      usage: state.usage,
      pricesAsOf: state.pricesAsOf,
      typeOf: (ref) => types.get(refName(ref)) ?? null,
      records: (buckets) => recordsBehind((filter) => meter.records(filter), buckets, createDays(state.timeZone)),
    });
    return exitCodes.done;
  } finally {
    meter.dispose();
    repository.dispose();
  }
}
