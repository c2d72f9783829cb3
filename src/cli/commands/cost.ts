import { refName } from '../../core/tasks/context';
import { meterOptions, readUsage } from '../../core/tasks/usage/readUsage';
import { createDays } from '../../core/usage/days';
import { createMeter } from '../../core/usage/meter';
import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { type CostFlags, costForm, printCost, recordsBehind } from '../costAnswer';
import { exitCodes } from '../exitCodes';

/** What this repository's tasks used, or with `--all` everything on this machine; an estimate. */
export async function cost(flags: CostFlags, global: GlobalOptions, version: string): Promise<number> {
  const form = costForm(flags, global.json === true);
  const { repository } = await openCli(global, version);
  const meter = createMeter(meterOptions(repository.host));
  try {
    const state = await readUsage(repository.context, { all: flags.all, signal: interruptSignal(), meter });
    await printCost(form, {
      usage: state.usage,
      pricesAsOf: state.pricesAsOf,
      typeOf: (ref) => (Object.hasOwn(state.types, refName(ref)) ? (state.types[refName(ref)] ?? null) : null),
      records: (buckets) => recordsBehind((filter) => meter.records(filter), buckets, createDays(state.timeZone)),
    });
    return exitCodes.done;
  } finally {
    meter.dispose();
    repository.dispose();
  }
}
