// node --import tsx bench/run.ts [--short] [--big]: prints each figure beside what it is held against; exit 1 when one is over.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clean } from './clean';
import { copyOfIgnored } from './copyIgnored';
import { fiftyWorktrees } from './fiftyWorktrees';
import { hazards } from './hazards';
import { bigMatrix, matrix } from './matrix';
import type { Figure } from './measure';
import { report } from './measure';
import { promptToAgent } from './promptToAgent';
import { size } from './size';
import { storeRead } from './storeRead';
import { tenWorktrees } from './tenWorktrees';
import { usage } from './usage';

async function main(): Promise<boolean> {
  const root = join(import.meta.dirname, '..');
  const short = process.argv.includes('--short');
  const cli = join(root, 'dist', 'cli.js');
  if (!existsSync(cli)) throw new Error('There is no dist/cli.js: run `npm run build` first.');
  const figures: Figure[] = [
    ...promptToAgent(cli, short ? 3 : 9),
    ...(await tenWorktrees(cli, short ? 1 : 5)),
    ...(await clean(short ? 1 : 5)),
    ...(await fiftyWorktrees(short ? 15_000 : 60_000)),
    ...(await copyOfIgnored(short ? 3 : 5)),
    ...(await matrix(short ? 3 : 9)),
    ...(process.argv.includes('--big') ? await bigMatrix() : []),
    ...(await hazards(root, short ? 1 : 3)),
    ...(await storeRead()),
    ...(await usage(root, short)),
    ...size(root),
  ];
  return report(figures);
}

main().then(
  (met) => {
    process.exitCode = met ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
