import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ArchiveRecord } from '../../../../src/contract/events';
import { restoreWorktree } from '../../../../src/core/worktrees/trash/restore';
import { cleanBothLayers, ref, trashDeps } from './trashSupport';

// A process of its own that cleans a worktree (`--clean <path>`) or restores one (`--restore <record>`), so that tests
// can kill it. It says `begin` when it starts, and puts the outcome on record in the file `--out`.
const { values } = parseArgs({
  options: {
    root: { type: 'string', default: '' },
    out: { type: 'string', default: '' },
    clean: { type: 'string' },
    restore: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const deps = await trashDeps(values.root);
  process.stdout.write('begin\n');
  if (values.clean !== undefined) await cleanBothLayers(deps, values.clean, { onDone: async (r) => putOnRecord(r) });
  if (values.restore === undefined) return;
  const record: ArchiveRecord = JSON.parse(values.restore);
  await restoreWorktree(deps, { ref, record, onDone: async (restored) => putOnRecord(restored) });
}

/** Whole or not at all, as an event is appended. */
function putOnRecord(outcome: unknown): void {
  writeFileSync(`${values.out}.new`, JSON.stringify(outcome));
  renameSync(`${values.out}.new`, values.out);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
