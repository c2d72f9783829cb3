import { createPricer } from '../../prices/pricer';
import type { Pricer } from '../../prices/prices';
import type { TaskContext } from '../context';
import { readPriceBook } from './question';

/** Today's prices. */
export async function readPricer(context: TaskContext): Promise<Pricer> {
  return createPricer(await readPriceBook(context));
}
