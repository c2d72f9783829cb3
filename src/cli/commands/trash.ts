import type { TrashJson, TrashRow } from '../../contract/json';
import { type GlobalOptions, openCli } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { formatBytes, print, printable, printJson, table } from '../output';

/** What is kept of cleaned worktrees; deletes only what is named, or what is offered when that is asked for. */
export async function trash(
  flags: { readonly delete?: readonly string[]; readonly deleteOffered?: boolean },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  if (flags.delete !== undefined && flags.deleteOffered === true) {
    throw new UsageError('Give --delete with ids, or --delete-offered, not both.');
  }
  const { repository, json } = await openCli(global, version);
  await repository.tasks.reconcile();
  let list = await repository.tasks.trash();
  const ids =
    flags.deleteOffered === true ? list.trash.filter((row) => row.offered !== null).map((row) => row.id) : flags.delete;
  if (ids !== undefined) {
    await repository.tasks.deleteArchives(ids);
    list = await repository.tasks.trash();
  }
  if (json) await printJson(list satisfies TrashJson);
  else await print(list.trash.length === 0 ? 'The trash is empty.\n' : table(list.trash.map(cells)));
  return exitCodes.done;
}

function cells(row: TrashRow): string[] {
  const mark = row.present ? (row.offered === null ? '' : `may be deleted (${row.offered})`) : 'only its ref is left';
  return [row.id, `${row.plan}/${row.task}`, formatBytes(row.bytes), row.branch ?? '', mark].map(printable);
}
