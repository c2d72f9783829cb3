import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of this module; of the bundle that it is part of, where it is part of one. Most are CommonJS. */
const here: string = typeof __dirname === 'string' ? __dirname : import.meta.dirname;

/** The worker's program: beside a bundle, or what runs its source. */
export function usageProgram(): string {
  const beside = path.join(here, 'usage.js');
  return existsSync(beside) ? beside : path.join(here, 'workerFromSource.mjs');
}
