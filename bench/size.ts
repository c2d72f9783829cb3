import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './measure';

/** The packaged extension, if `npm run package` made one. */
export function size(root: string): Figure[] {
  const packages = readdirSync(root).filter((name) => name.endsWith('.vsix'));
  return packages.map((name) => ({
    name: `size of ${name}`,
    value: statSync(join(root, name)).size / 1e6,
    unit: 'MB',
    limit: 3,
    beside: '',
  }));
}
