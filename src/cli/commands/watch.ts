import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { exitCodes } from '../exitCodes';
import { print } from '../output';

/** JSON lines until interrupted. */
export async function watch(global: GlobalOptions, version: string): Promise<number> {
  const { repository } = await openCli(global, version);
  const signal = interruptSignal();
  for await (const line of repository.tasks.watch(signal)) await print(`${JSON.stringify(line)}\n`);
  return exitCodes.interrupted;
}
