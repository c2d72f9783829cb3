// node --import tsx test/unit/support/records/write.ts <folder> <MB> [seed] [--plain]: made-up records of Claude Code
// below <folder>/projects (so CLAUDE_CONFIG_DIR=<folder>), the same for the same seed; --plain without what other
// tools are known to get wrong. Prints what they come to.
import { allOddities, noOddities } from './sessions';
import { sumsBy } from './truth';
import { writeRecords } from './writeRecords';

const [dir, megabytes, seed = '1'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
if (dir === undefined || !(Number(megabytes) > 0)) throw new Error('Give a folder and a number of megabytes.');
const oddities = process.argv.includes('--plain') ? noOddities : allOddities;
const { answers, paths, ...written } = writeRecords(dir, {
  seed: Number(seed),
  bytes: Number(megabytes) * 1e6,
  oddities,
});
console.log(JSON.stringify({ files: paths.length, ...written, ...sumsBy(answers, () => 'all').get('all') }));
